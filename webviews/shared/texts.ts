import { english, type TextKey } from './texts/en.ts'

/** The texts of the view's language, with `{name}` replaced by the value of that name. */
export function text(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return english[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

import type { Param } from './runs.ts'

/** Puts values in place of `{key}` in the words of a command; braces around anything else stay as they are. */
export function substituteParams(command: readonly string[], params: readonly Param[]): string[] {
  const values = new Map(params.map(({ key, value }) => [key, value]))
  return command.map((word) => word.replaceAll(/\{([^{}]+)\}/g, (braced, key: string) => values.get(key) ?? braced))
}

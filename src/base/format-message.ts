import { type Language, languages } from './languages.ts'

export type MessageValues = Readonly<Record<string, string | number>>

/** U+2068 and U+2069 around a text that may run the other way than the sentence it stands in. */
const [isolate, endIsolate] = ['\u2068', '\u2069']

/**
 * Fills in a message. Its grammar is the part of ICU MessageFormat that our texts need:
 *
 * - `{name}` is the value of that name: integers with the language's separators, other numbers as they are;
 * - `{name, plural, one {…} few {…} other {…}}` is the form for that number by the plural rules of Unicode's CLDR,
 *   in which `#` is the number. `other` has to be there.
 *
 * There is no quoting: texts contain no braces of their own, and no `#` in a plural but for the number. What has no
 * value stays as it is written.
 *
 * In a language that runs from right to left, inserted texts are isolated from the sentence: most are names of runs and
 * metrics, which run from left to right.
 */
export function formatMessage(message: string, values: MessageValues, language: Language): string {
  return fill(message, values, language, undefined)
}

const placeholder = /^(\w+)(?:, *plural, *(.+))?$/su

function fill(message: string, values: MessageValues, language: Language, count: number | undefined): string {
  return splitMessage(message)
    .map((part) => {
      if (!part.isPlaceholder) {
        return count === undefined ? part.text : part.text.replaceAll('#', formatNumber(count, language))
      }
      const [, name = '', forms] = placeholder.exec(part.text) ?? []
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      if (value === undefined) return `{${part.text}}`
      if (forms === undefined) return formatValue(value, language)
      return fill(choosePlural(forms, Number(value), language), values, language, Number(value))
    })
    .join('')
}

function choosePlural(forms: string, count: number, language: Language): string {
  const byCategory = parsePlural(forms)
  const category = pluralRules(language).select(count)
  return byCategory.get(category) ?? byCategory.get('other') ?? ''
}

/** The forms of `one {…} other {…}` by their category. */
export function parsePlural(forms: string): ReadonlyMap<string, string> {
  const parts = splitMessage(forms)
  return new Map(
    parts.flatMap(({ text, isPlaceholder }, index) =>
      isPlaceholder ? [[parts[index - 1]?.text.trim() ?? '', text] as const] : [],
    ),
  )
}

interface MessagePart {
  /** Without the braces around a placeholder. */
  readonly text: string
  readonly isPlaceholder: boolean
}

/** Splits a message at its outermost braces. */
export function splitMessage(message: string): readonly MessagePart[] {
  const parts: MessagePart[] = []
  let depth = 0
  let from = 0
  const take = (to: number, isPlaceholder: boolean) => {
    if (to > from || isPlaceholder) parts.push({ text: message.slice(from, to), isPlaceholder })
    from = to + 1
  }
  for (let index = 0; index < message.length; index += 1) {
    const character = message[index]
    if (character === '{' && (depth += 1) === 1) take(index, false)
    if (character === '}' && depth > 0 && (depth -= 1) === 0) take(index, true)
  }
  take(message.length, false)
  return parts
}

function formatValue(value: string | number, language: Language): string {
  if (typeof value === 'number') return formatNumber(value, language)
  return languages[language].direction === 'rtl' && value !== '' ? `${isolate}${value}${endIsolate}` : value
}

function formatNumber(value: number, language: Language): string {
  return Number.isInteger(value) ? numberFormat(language).format(value) : String(value)
}

/** Making one takes longer than a thousand uses of it. */
const pluralRules = once((locale) => new Intl.PluralRules(locale))
const numberFormat = once((locale) => new Intl.NumberFormat(locale))

function once<Made>(make: (locale: string) => Made): (language: Language) => Made {
  const made = new Map<Language, Made>()
  return (language) => {
    const known = made.get(language) ?? make(languages[language].locale)
    made.set(language, known)
    return known
  }
}

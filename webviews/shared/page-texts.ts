import { formatMessage, type MessageValues } from '../../src/base/format-message.ts'
import { type Language, languages } from '../../src/base/languages.ts'
import { toSizeText } from './size-text.ts'

/** The texts of a page that has its own, apart from those of other webviews, which it would have to load. */
export interface PageTexts<Key extends string> {
  /** All texts are in this language from now on. */
  speak(language: Language): void
  /** A text in the page's language, with its values filled in. */
  text(key: Key, values?: MessageValues): string
  /** A whole number with its thousands apart. */
  countText(count: number): string
  /** A size, read from left to right in every language. */
  sizeText(sizeBytes: number): string
}

export function createPageTexts<Key extends string>(
  texts: Readonly<Record<Language, Readonly<Record<Key, string>>>>,
): PageTexts<Key> {
  let current: Language = 'en'
  return {
    speak(language) {
      current = language
    },
    text: (key, values = {}) => formatMessage(texts[current][key], values, current),
    countText: (count) => count.toLocaleString(languages[current].locale),
    sizeText: (sizeBytes) => `\u2066${toSizeText(sizeBytes)}\u2069`,
  }
}

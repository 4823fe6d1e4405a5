import { formatMessage, type MessageValues } from '../../src/base/format-message.ts'
import { type Language, languages } from '../../src/base/languages.ts'
import { arabic } from './texts/ar.ts'
import { english, type TextKey, type Texts } from './texts/en.ts'

export const texts: Readonly<Record<Language, Texts>> = { en: english, ar: arabic }

/** Of the whole page, which is drawn anew where it changes. */
let current: Language = 'en'

/** All texts are in this language from now on. */
export function speak(language: Language): void {
  current = language
}

/** For dates and numbers by `Intl`. */
export function currentLocale(): string {
  return languages[current].locale
}

/** A text in the view's language, with its values filled in. */
export function text(key: TextKey, values: MessageValues = {}): string {
  return formatMessage(texts[current][key], values, current)
}

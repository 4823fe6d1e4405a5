import { formatMessage, type MessageValues } from '../../src/base/format-message.ts'
import { type Language, languages } from '../../src/base/languages.ts'
import { arabic } from './texts/ar.ts'
import { english, type TextKey, type Texts } from './texts/en.ts'

/** Apart from those of other webviews, which this page would have to load. */
export const texts: Readonly<Record<Language, Texts>> = { en: english, ar: arabic }

let current: Language = 'en'

/** All texts are in this language from now on. */
export function speak(language: Language): void {
  current = language
}

/** A text in the page's language, with its values filled in. */
export function text(key: TextKey, values: MessageValues = {}): string {
  return formatMessage(texts[current][key], values, current)
}

/** A whole number with its thousands apart. */
export function countText(count: number): string {
  return count.toLocaleString(languages[current].locale)
}

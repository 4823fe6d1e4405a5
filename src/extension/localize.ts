import { formatMessage, type MessageValues } from '../base/format-message.ts'
import { findLanguage, type Language } from '../base/languages.ts'

/** As much of `vscode.l10n` as is asked. */
interface Translations {
  t(message: string): string
}

/**
 * The editor's language: one for the whole process and known before anything is shown, like the language of
 * `vscode.l10n` itself. English until `localizeBy`, so that what shows texts can be tested without VS Code.
 */
let current: { readonly language: Language; readonly translations: Translations } = {
  language: 'en',
  translations: { t: (message) => message },
}

/** @param tag the editor's language, as `vscode.env` has it */
export function localizeBy(translations: Translations, tag: string): void {
  current = { language: findLanguage(tag), translations }
}

/**
 * A text in the editor's language. Texts are found by their English, which stands in the code as a literal:
 * `npm run generate` collects them into `l10n/bundle.l10n.json`.
 *
 * @param message see `formatMessage`
 */
export function localize(message: string, values: MessageValues = {}): string {
  const { language, translations } = current
  return formatMessage(translations.t(message), values, language)
}

/** For dates and numbers by `Intl`. */
export function currentLanguage(): Language {
  return current.language
}

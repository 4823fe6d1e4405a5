import { readFileSync } from 'node:fs'
import * as vscode from 'vscode'
import { isLanguage } from '../base/languages.ts'
import { isRecord } from '../protocol/json.ts'
import { localizeBy } from './localize.ts'

/**
 * Takes the language of the setting, or else the editor's. The editor has only languages that there is a language pack
 * for, so the setting reads our own translations; it does so at once, because what is shown first is localized, too.
 */
export function chooseLanguage(extensionUri: vscode.Uri): void {
  const wanted = vscode.workspace.getConfiguration('runwright').get<string>('language', 'auto')
  if (!isLanguage(wanted)) return localizeBy(vscode.l10n, vscode.env.language)
  const name = wanted === 'en' ? 'bundle.l10n.json' : `bundle.l10n.${wanted}.json`
  const bundle: unknown = JSON.parse(readFileSync(vscode.Uri.joinPath(extensionUri, 'l10n', name).fsPath, 'utf8'))
  localizeBy({ t: (message) => findText(bundle, message) ?? message }, wanted)
}

function findText(bundle: unknown, message: string): string | undefined {
  const text = isRecord(bundle) && Object.hasOwn(bundle, message) ? bundle[message] : undefined
  return typeof text === 'string' ? text : undefined
}

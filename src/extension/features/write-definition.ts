import type * as vscode from 'vscode'
import { projectFileName } from '../../protocol/project-file.ts'
import type { CommandContext } from '../context.ts'
import { isFile } from '../is-file.ts'
import { declaration } from './find-definition.ts'

/** What the user fills in, place by place. */
const template = [
  '  ${1:my_features}:',
  '    description: ${2:What these features say}',
  '    entities: [${3:user_id}]',
  '    timestamp: ${4:event_timestamp}',
  '    sources:',
  '      ${5:events}: ${6:data/events.parquet}',
  '    query: |',
  '      SELECT ${3:user_id}, ${4:event_timestamp}, ${7:price} FROM ${5:events}',
  '',
].join('\n')

/** Opens `runwright.yaml` with a new feature set to be filled in; nothing is written until the user saves it. */
export async function writeDefinition(
  { vscode: { Position, SnippetString, Uri, window, workspace, FileType } }: Pick<CommandContext, 'vscode'>,
  folder: vscode.Uri,
): Promise<void> {
  const file = Uri.joinPath(folder, projectFileName)
  const isThere = await isFile({ workspace, FileType }, file)
  const document = await workspace.openTextDocument(isThere ? file : file.with({ scheme: 'untitled' }))
  const editor = await window.showTextDocument(document)
  const lines = document.getText().split(/\r?\n/)
  const declared = lines.findIndex((line) => declaration.test(line))
  const isOnOwnLine = lines.at(-1) === ''
  const heading = `${isOnOwnLine ? '' : '\n'}featureSets:\n`
  const before = declared === -1 ? heading : declared === lines.length - 1 ? '\n' : ''
  const place = before === '' ? new Position(declared + 1, 0) : document.lineAt(document.lineCount - 1).range.end
  await editor.insertSnippet(new SnippetString(before + template), place)
}

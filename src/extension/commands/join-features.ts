import { basename, join } from 'node:path'
import { object, text } from '../../protocol/parse.ts'
import { defineCommand } from '../command.ts'
import { isFeatureSet } from '../features/element.ts'
import { openTable } from '../features/open-table.ts'
import { performFeatures } from '../features/perform-features.ts'
import { localize } from '../localize.ts'

const parseJoined = object({ path: text })

export default defineCommand({
  id: 'runwright.joinFeatures',
  title: 'Make Training Set…',
  when: 'isWorkspaceTrusted',
  view: 'data',
  appliesTo: 'viewItem =~ /^feature-set/',
  menu: '1_features@2',
  accepts: isFeatureSet,
  async run(context, elements) {
    const { vscode } = context
    const [{ folder }] = elements
    const entities = await vscode.window.showOpenDialog({
      title: localize('The table of keys, event times and labels'),
      openLabel: localize('Choose'),
      defaultUri: vscode.Uri.file(folder),
      filters: { [localize('Tables')]: ['parquet', 'csv', 'tsv', 'jsonl', 'ndjson'] },
    })
    const [table] = entities ?? []
    if (table === undefined) return
    const title = localize('Make Training Set')
    const output = await vscode.window.showInputBox({
      title,
      prompt: localize('The file to write, from {folder}; it is replaced when it is there.', {
        folder: basename(folder),
      }),
      value: 'train.parquet',
      validateInput: (value) => (value.trim() === '' ? localize('Name a file.') : undefined),
    })
    if (output === undefined) return
    const words = ['join', '--entities', table.fsPath, '--output', join(folder, output.trim())]
    const [answer] = await performFeatures(context, elements, { title, words })
    const { path } = parseJoined(answer, '')
    await openTable(context, path)
  },
})

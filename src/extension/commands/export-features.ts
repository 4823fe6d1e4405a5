import { basename, join } from 'node:path'
import { defineCommand } from '../command.ts'
import { isFeatureSets } from '../features/element.ts'
import { performFeatures } from '../features/perform-features.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.exportFeatures',
  title: 'Export to Feast…',
  when: 'isWorkspaceTrusted',
  view: 'data',
  appliesTo: 'viewItem =~ /^feature(s|-set)/',
  menu: '2_export@1',
  accepts: isFeatureSets,
  async run(context, elements) {
    const { vscode } = context
    const [{ folder }] = elements
    const title = localize('Export to Feast')
    const target = await vscode.window.showInputBox({
      title,
      prompt: localize('The folder of the feature repository, from {folder}.', { folder: basename(folder) }),
      value: 'feature_repo',
      validateInput: (value) => (value.trim() === '' ? localize('Name a folder.') : undefined),
    })
    if (target === undefined) return
    const path = join(folder, target.trim())
    await performFeatures(context, elements, { title, words: ['export'], namedBy: '--feature-set', operands: [path] })
    const open = localize('Show in Explorer')
    const message = localize('{path} can be read by Feast now.', { path: vscode.workspace.asRelativePath(path) })
    if ((await vscode.window.showInformationMessage(message, open)) !== open) return
    await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(join(path, 'feature_store.yaml')))
  },
})

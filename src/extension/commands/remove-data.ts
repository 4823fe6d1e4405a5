import { defineCommand } from '../command.ts'
import { chooseTracked } from '../data/choose-data.ts'
import { performData } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.removeData',
  title: 'Remove from Data Versions…',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  fileMenu: '3_runwrightData@6',
  fileMenuWhen: 'resourcePath in runwright.dataPaths',
  elementMenus: [{ appliesTo: 'viewItem =~ /^out/', menu: '5_remove@1' }],
  async run(context, ...args) {
    const { vscode } = context
    const title = localize('Remove from Data Versions')
    const chosen = await chooseTracked(context, args, title)
    if (chosen === undefined) return
    const remove = localize('Remove')
    const answer = await vscode.window.showWarningMessage(
      localize('Take {path} out of version control?', { path: vscode.workspace.asRelativePath(chosen.path) }),
      {
        modal: true,
        detail: localize('Its .dvc file is deleted. The files in the workspace and earlier versions stay.'),
      },
      remove,
    )
    if (answer !== remove) return
    await performData(context, { title, root: chosen.root, words: ['data', 'remove'], operands: [chosen.path] })
  },
})

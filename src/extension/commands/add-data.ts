import { defineCommand } from '../command.ts'
import { chooseData } from '../data/choose-data.ts'
import { performData } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.addData',
  title: 'Add to Data Versions',
  icon: '$(add)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: 'navigation@1',
  fileMenu: '3_runwrightData@1',
  async run(context, ...args) {
    const title = localize('Add to Data Versions')
    const chosen = await chooseData(context, args, title)
    if (chosen === undefined) return
    const paths = chosen.paths.length > 0 ? chosen.paths : await askForPaths(context, chosen.root, title)
    if (paths.length === 0) return
    await performData(context, { title, root: chosen.root, words: ['data', 'add'], operands: paths })
  },
})

async function askForPaths(
  { vscode }: Parameters<typeof performData>[0],
  root: string,
  title: string,
): Promise<readonly string[]> {
  const chosen = await vscode.window.showOpenDialog({
    title,
    defaultUri: vscode.Uri.file(root),
    canSelectFiles: true,
    canSelectFolders: true,
    canSelectMany: true,
  })
  return (chosen ?? []).map(({ fsPath }) => fsPath)
}

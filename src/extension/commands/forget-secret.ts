import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.forgetSecret',
  title: 'Forget Secret…',
  when: 'isWorkspaceTrusted',
  view: 'jobs',
  async run({ vscode, jobSecrets }) {
    const folders = vscode.workspace.workspaceFolders ?? []
    const items = folders.flatMap(({ name: folder, uri }) =>
      jobSecrets.names(uri.fsPath).map((name) => ({
        label: name,
        description: folders.length > 1 ? folder : '',
        path: uri.fsPath,
      })),
    )
    if (items.length === 0) {
      return void vscode.window.showInformationMessage(localize('No secret of a job is kept for this workspace.'))
    }
    const picked = await vscode.window.showQuickPick(items, { title: localize('Forget Secret') })
    if (picked !== undefined) await jobSecrets.forget(picked.path, picked.label)
  },
})

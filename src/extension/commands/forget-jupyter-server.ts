import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'
import { labelServer } from '../notebook/jupyter-servers.ts'

export default defineCommand({
  id: 'runwright.forgetJupyterServer',
  title: 'Forget Jupyter Server…',
  when: 'isWorkspaceTrusted',
  async run({ vscode, jupyterServers }) {
    const items = jupyterServers.list().map(({ url }) => ({ label: labelServer(url), detail: url, url }))
    if (items.length === 0) {
      return void vscode.window.showInformationMessage(localize('No Jupyter Server is remembered.'))
    }
    const picked = await vscode.window.showQuickPick(items, { title: localize('Forget Jupyter Server') })
    if (picked !== undefined) await jupyterServers.forget(picked.url)
  },
})

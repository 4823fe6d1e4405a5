import { defineCommand } from '../command.ts'
import { askServer } from '../connections/ask-server.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.openServer',
  title: 'Open MLflow Server…',
  icon: '$(add)',
  titleBar: '3_servers@1',
  async run({ vscode, servers }) {
    const server = await askServer(vscode.window, localize('Open MLflow Server'))
    if (server !== undefined) await servers.add(server.url, server.credentials)
  },
})

import { chooseOrStartConnection } from '../choose-connection.ts'
import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.copyTrackingEnvironment',
  title: 'Copy Tracking Environment (with Token)',
  when: 'runwright.connectionCount > 0 || (isWorkspaceTrusted && workspaceFolderCount > 0)',
  titleBar: '4_copy@2',
  async run(context) {
    const connection = await chooseOrStartConnection(context, localize('Copy Tracking Environment'))
    if (connection === undefined) return
    const client = await context.connections.client(connection.id)
    const { uri, token } = await client.tracking()
    const lines = [
      `export MLFLOW_TRACKING_URI='${uri}'`,
      ...(token === undefined ? [] : [`export MLFLOW_TRACKING_TOKEN='${token}'`]),
    ]
    await context.vscode.env.clipboard.writeText(`${lines.join('\n')}\n`)
  },
})

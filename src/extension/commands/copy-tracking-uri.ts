import { chooseConnection } from '../choose-connection.ts'
import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.copyTrackingUri',
  title: 'Copy Tracking URI',
  when: 'runwright.connectionCount > 0',
  titleBar: '4_copy@1',
  async run(context) {
    const connection = await chooseConnection(context, 'any', localize('Copy Tracking URI'))
    if (connection === undefined) return
    const client = await context.connections.client(connection.id)
    const { uri } = await client.tracking()
    await context.vscode.env.clipboard.writeText(uri)
  },
})

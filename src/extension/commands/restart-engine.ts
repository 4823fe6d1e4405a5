import { chooseConnection } from '../choose-connection.ts'
import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.restartEngine',
  title: 'Restart Engine',
  when: 'runwright.folderConnectionCount > 0',
  titleBar: '5_engine@2',
  async run(context) {
    const connection = await chooseConnection(context, 'folder', localize('Restart Engine'))
    if (connection === undefined) return
    const { connections, log } = context
    try {
      const client = await connections.client(connection.id)
      await client.call('engine/stop', {})
    } catch (error) {
      // One that does not answer is what this command is often for; connecting starts another.
      log.warn('The engine did not answer the request to stop:', error)
    }
    connections.reconnect(connection.id)
  },
})

import { defineCommand } from '../command.ts'
import { chooseConnection } from '../choose-connection.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.closeServer',
  title: 'Close MLflow Server…',
  when: 'runwright.serverCount > 0',
  titleBar: '3_servers@2',
  async run(context) {
    const connection = await chooseConnection(context, 'server', localize('Close MLflow Server'))
    if (connection?.place.kind === 'server') await context.servers.remove(connection.place.url)
  },
})

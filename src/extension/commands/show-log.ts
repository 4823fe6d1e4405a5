import { defineCommand } from '../command.ts'

export default defineCommand({
  id: 'runwright.showLog',
  title: 'Show Log',
  async run({ log }) {
    log.show()
  },
})

import { defineCommand } from '../command.ts'
import { undoDeletion } from '../undo-deletion.ts'

export default defineCommand({
  id: 'runwright.undoDelete',
  title: 'Undo Delete',
  icon: '$(discard)',
  when: 'runwright.deletionCount > 0',
  titleBar: '2_edit@1',
  async run(context) {
    await undoDeletion(context)
  },
})

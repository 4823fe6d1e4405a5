import { defineCommand } from '../command.ts'
import { isCell } from '../notebook/find-notebook.ts'

export default defineCommand({
  id: 'runwright.openFullOutput',
  title: 'Open Full Output',
  inPalette: false,
  async run({ notebooks }, cell) {
    if (isCell(cell)) await notebooks.openFullOutput(cell)
  },
})

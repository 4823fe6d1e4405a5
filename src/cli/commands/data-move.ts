import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data move',
  summary: 'Gives data another name or place, with its .dvc file and its line in .gitignore.',
  example: 'runwright data move data/raw.csv data/2026/raw.csv',
  options: {},
  operands: { usage: 'FROM TO', min: 2, max: 2 },
  ownsSignals: true,
  async run(context, { operands, json, workspace }) {
    const { movePath } = await import('../../data/move.ts')
    using data = await openData(context, workspace)
    const [from = '', to = ''] = data.toPaths(operands)
    const moved = await movePath(data.repository, from, to, data.work, context.env)
    if (json) return void context.stdout.write(toJson(moved))
    const missing = moved.hadData
      ? ''
      : ' The data itself is not in the workspace: "runwright data checkout" brings it.'
    context.stdout.write(`Moved ${printable(moved.from)} to ${printable(moved.to)}.${missing}\n`)
  },
})

import { defineCliCommand, usageError } from '../command.ts'
import { openData } from '../open-data.ts'
import { tellTransfer } from '../tell-transfer.ts'

export default defineCliCommand({
  name: 'data export',
  summary: 'Turns a remote that keeps large files as chunks into a plain one, which DVC reads.',
  details: `All of its large files pass through this machine once, whole; then its setting is changed and its chunks are removed.
What is killed on the way goes on when it is run again.`,
  example: 'runwright data export --dvc store',
  options: { dvc: { type: 'boolean', summary: 'As DVC has it; there is no other form yet' } },
  operands: { usage: 'REMOTE', min: 0, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [name], json, workspace }) {
    if (!options.dvc) throw usageError('data export', 'Say --dvc, the form that it is turned into.')
    const { exportChunked } = await import('../../data/export-chunked.ts')
    using data = await openData(context, workspace)
    const result = await exportChunked(data.repository, name, context.env, data.work)
    data[Symbol.dispose]()
    return tellTransfer(context, 'Made whole', result, { json })
  },
})

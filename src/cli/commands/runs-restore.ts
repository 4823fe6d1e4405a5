import { defineCliCommand } from '../command.ts'
import { findRun } from '../../client/find-run.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'runs restore',
  summary: 'Brings deleted runs back.',
  example: 'runwright runs restore 3f2a91c0',
  options: {},
  operands: { usage: 'RUN…', min: 1, max: Infinity },
  async run(context, { operands, json, workspace }) {
    await using client = await context.connect(workspace)
    const runIds = await Promise.all(operands.map((text) => findRun(client, text)))
    await client.call('runs/restore', { runIds })
    context.stdout.write(json ? toJson({ restored: runIds }) : runIds.map((runId) => `Restored ${runId}\n`).join(''))
  },
})

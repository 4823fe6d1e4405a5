import { defineCliCommand } from '../command.ts'
import { findRun } from '../../client/find-run.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'runs delete',
  summary: 'Deletes runs. "runwright runs restore" brings them back.',
  example: 'runwright runs delete 3f2a91c0 calm-otter-42',
  options: {},
  operands: { usage: 'RUN…', min: 1, max: Infinity },
  async run(context, { operands, json, workspace }) {
    await using client = await context.connect(workspace)
    const runIds = await Promise.all(operands.map((text) => findRun(client, text)))
    await client.call('runs/delete', { runIds })
    context.stdout.write(json ? toJson({ deleted: runIds }) : runIds.map((runId) => `Deleted ${runId}\n`).join(''))
  },
})

import { defineCliCommand } from '../command.ts'
import { findRun } from '../../client/find-run.ts'
import { formatRun } from '../run-details.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'runs show',
  summary: 'Shows all that is known of a run: params, metrics, tags, datasets, artifacts.',
  example: 'runwright runs show calm-otter-42',
  options: {},
  operands: { usage: 'RUN', min: 1, max: 1 },
  async run(context, { operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const runId = await findRun(client, text)
    const [{ run }, { entries }] = await Promise.all([
      client.call('runs/get', { runId }),
      client.call('artifacts/list', { runId }),
    ])
    context.stdout.write(json ? toJson({ run, artifacts: entries }) : formatRun(run, entries, context.now()))
  },
})

import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { RunId } from '../../protocol/ids.ts'
import { hasEnded } from '../../protocol/runs.ts'
import { defineCliCommand } from '../command.ts'
import { findRun } from '../../client/find-run.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'runs stop',
  summary: 'Ends the command of a run.',
  details: 'The command gets SIGTERM, and SIGKILL after 10 seconds. Works for runs that "runwright run" started.',
  example: 'runwright runs stop 3f2a91c0 --wait',
  options: {
    wait: { type: 'boolean', summary: 'Return only when the run has ended' },
  },
  operands: { usage: 'RUN', min: 1, max: 1 },
  async run(context, { options, operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const runId = await findRun(client, text)
    const { outcome } = await client.call('runs/stop', { runId })
    if (outcome === 'unsupervised') {
      throw new RunwrightError('INVALID_STATE', `Run ${runId} was not started by "runwright run".`, {
        hint: 'End its process yourself; only the process that logs to it knows it.',
      })
    }
    if (options.wait) await ended(client, runId, context.signal)
    const sentence =
      outcome === 'already-ended' ? 'had ended already' : options.wait ? 'has ended' : 'was asked to stop'
    context.stdout.write(json ? toJson({ runId, outcome }) : `Run ${runId} ${sentence}.\n`)
  },
})

async function ended(client: Client, runId: RunId, signal: AbortSignal): Promise<void> {
  const stop = new AbortController()
  for await (const { event } of client.events(AbortSignal.any([signal, stop.signal]))) {
    if (event.kind !== 'reset' && !(event.kind === 'run' && event.runId === runId)) continue
    const { run } = await client.call('runs/get', { runId })
    if (hasEnded(run.status)) return stop.abort()
  }
}

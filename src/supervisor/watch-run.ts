import type { Client } from '../protocol/client.ts'
import type { RunId } from '../protocol/ids.ts'
import type { CommandHandle } from './command-handle.ts'
import { finishRun, type RunEnd } from './finish-run.ts'
import { createLogUpload } from './log-upload.ts'
import { mayHelp } from './retry.ts'
import type { Spool } from './spool.ts'
import { initialSupervision, step, type SupervisionEffect, type SupervisionEvent } from './supervision.ts'

/** Listens to the signals sent to this process until disposed. */
export type OnSignal = (listener: (signal: NodeJS.Signals) => void) => Disposable

/** An engine that was killed is back in a second; after this long, only a person can help. */
const patienceMs = 60_000

/**
 * Watches a command until it has ended and the engine knows: passes signals on, ends it on request, and brings its
 * output to the engine. This is the interpreter of the state machine in `supervision.ts`. Never throws; the engine may
 * die and come back meanwhile.
 */
export async function watchRun(watch: {
  readonly client: Client
  readonly runId: RunId
  readonly spool: Spool
  readonly command: CommandHandle
  readonly onSignal: OnSignal
}): Promise<RunEnd> {
  const { client, runId, spool, command } = watch
  const over = new AbortController()
  const log = createLogUpload(client, runId, spool)
  const end = Promise.withResolvers<Extract<SupervisionEffect, { kind: 'end' }>>()
  let state = initialSupervision
  let grace: NodeJS.Timeout | undefined

  const perform = (effect: SupervisionEffect) => {
    switch (effect.kind) {
      case 'send':
        return command.send(effect.signal)
      case 'start-grace':
        grace = setTimeout(() => take({ kind: 'grace-over' }), effect.graceMs)
        return
      case 'end':
        return end.resolve(effect)
    }
  }
  const take = (event: SupervisionEvent) => {
    const next = step(state, event)
    state = next.state
    for (const effect of next.effects) perform(effect)
  }

  const signals = watch.onSignal((signal) => take({ kind: 'signal', signal }))
  void command.exited.then((exit) => take({ kind: 'exited', exit }))
  void onStopRequest(client, runId, over.signal, () => take({ kind: 'stop-requested' }))
  const following = log.follow(over.signal)

  const { status, exit } = await end.promise
  clearTimeout(grace)
  signals[Symbol.dispose]()
  over.abort()
  await following
  return finishRun(client, runId, spool, log, { status, exit }, patienceMs)
}

/** Calls back when someone asks for the run to stop, or did so while the engine could not be heard. */
async function onStopRequest(client: Client, runId: RunId, signal: AbortSignal, stop: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { event } of client.events(signal)) {
        if (event.kind === 'stop-requested' && event.runId === runId) stop()
        if (event.kind === 'reset' && (await client.call('runs/stop-requested', { runId }, { signal })).requested)
          stop()
      }
    } catch (error) {
      // The stream was given up, or the engine died between the reset and the question: begin anew.
      if (!mayHelp(error)) return
    }
  }
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { SavedView } from '../../protocol/saved-view.ts'
import type { FromWebview, ToWebview } from '../../protocol/webview-messages.ts'
import { newExperimentId, newRunId } from '../tree/test-elements.ts'
import { createView } from '../../views/new-view.ts'
import { createWebviewBridge } from './webview-bridge.ts'

interface Answered {
  readonly promise: Promise<unknown>
  readonly signal: AbortSignal | undefined
}

/** A bridge over a client that answers as told, and all that it posts, handed out one by one. */
function openBridge(answer: (method: string, params: unknown) => Promise<unknown>) {
  const posted: ToWebview[] = []
  const seen: { views: SavedView[]; calls: Answered[]; failed: unknown[] } = { views: [], calls: [], failed: [] }
  let notify = () => {}
  const client = {
    call(method: string, params: unknown, options?: { signal?: AbortSignal }) {
      const promise = answer(method, params)
      seen.calls.push({ promise, signal: options?.signal })
      return promise
    },
  }
  const bridge = createWebviewBridge({
    post(message) {
      posted.push(message)
      notify()
    },
    // SAFETY: a bridge calls methods and nothing else of a client.
    client: async () => client as unknown as Client,
    show: async () => ({
      kind: 'show',
      view: createView('a', [], 'runs'),
      connectionId: 'c',
      place: 'folder',
      experimentIds: [],
      language: 'en',
    }),
    changed: (view) => void seen.views.push(view),
    save: async (view) => void seen.views.push(view),
    act: () => Promise.reject(new Error('no')),
    failed(what, error) {
      seen.failed.push([what, error])
      notify()
    },
  })
  return {
    bridge,
    posted,
    seen,
    /** Sends a message and waits for what comes of it. */
    async ask(message: FromWebview) {
      const { promise, resolve } = Promise.withResolvers<void>()
      notify = resolve
      bridge.receive(message)
      await promise
      return posted.at(-1)
    },
  }
}

const listCall = { kind: 'call', callId: 7, method: 'experiments/list', params: {} } as const

describe('the bridge of a webview', () => {
  it('answers calls by their numbers, with results or errors', async () => {
    const good = openBridge(async () => ({ experiments: [] }))
    assert.deepEqual(await good.ask(listCall), { kind: 'result', callId: 7, result: { experiments: [] } })

    const error = new RunwrightError('RESOURCE_DOES_NOT_EXIST', 'Gone.', { hint: 'Look elsewhere.' })
    const bad = openBridge(() => Promise.reject(error))
    const body = { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'Gone.', hint: 'Look elsewhere.' }
    assert.deepEqual(await bad.ask(listCall), { kind: 'error', callId: 7, error: body })

    const odd = openBridge(() => Promise.reject(new TypeError('odd')))
    const oddBody = { error_code: 'INTERNAL_ERROR', message: 'odd' }
    assert.deepEqual(await odd.ask(listCall), { kind: 'error', callId: 7, error: oddBody })
  })

  it('carries numbers that JSON has no word for, and typed arrays as they are', async () => {
    const points = openBridge(async () => ({ points: [{ value: Number.NaN, step: 1, timestamp: 2 }] }))
    const history = await points.ask({ kind: 'call', callId: 1, method: 'metrics/history', params: {} })
    assert.ok(history?.kind === 'result')
    assert.deepEqual(history.result, { points: [{ value: 'NaN', step: 1, timestamp: 2 }] })

    const result = { curves: [{ kind: 'points', xs: new Float64Array([1]), values: new Float64Array([Number.NaN]) }] }
    const curves = openBridge(async () => result)
    const answer = await curves.ask({ kind: 'call', callId: 1, method: 'curves/window', params: {} })
    assert.ok(answer?.kind === 'result' && answer.result === result)
  })

  it('tells which metrics of a run have new points, and leaves those to be asked for', () => {
    const { bridge, posted } = openBridge(async () => ({}))
    const latest = [{ key: 'loss', value: Infinity, step: 1, timestamp: 2 }]
    const run = { experimentId: newExperimentId(1), runId: newRunId(1) }
    bridge.event({ kind: 'metrics', ...run, latest })
    assert.deepEqual(posted, [{ kind: 'event', event: { kind: 'metrics', ...run, keys: ['loss'] } }])
  })

  it('gives up what was cancelled, and what a page that began anew had asked', async () => {
    const never = openBridge(() => new Promise(() => {}))
    never.bridge.receive({ ...listCall, callId: 1 })
    never.bridge.receive({ ...listCall, callId: 2 })
    await Promise.resolve()
    await Promise.resolve()
    never.bridge.receive({ kind: 'cancel', callId: 1 })
    const signals = never.seen.calls.map(({ signal }) => signal)
    assert.deepEqual(
      signals.map((signal) => signal?.aborted),
      [true, false],
    )
    const shown = await never.ask({ kind: 'ready' })
    assert.equal(shown?.kind, 'show')
    assert.equal(signals[1]?.aborted, true)
  })

  it('posts nothing once its webview is gone', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const { bridge, posted, seen } = openBridge(() => promise)
    bridge.receive(listCall)
    await Promise.resolve()
    await Promise.resolve()
    bridge.dispose()
    resolve({})
    await seen.calls[0]?.promise
    assert.equal(seen.calls[0]?.signal?.aborted, true)
    assert.deepEqual(posted, [])
  })

  it('takes over a view only when it is one, and tells of what failed', async () => {
    const { bridge, ask, seen } = openBridge(async () => ({}))
    const view = createView('mine', ['digits'], 'charts')
    bridge.receive({ kind: 'changed', view })
    assert.deepEqual(seen.views, [view])
    // SAFETY: what no webview of ours sends.
    await ask({ kind: 'changed', view: { ...view, tab: 'nowhere' } } as unknown as FromWebview)
    await ask({ kind: 'act', action: { kind: 'copy-run-id', runId: newRunId(1) } })
    assert.match(String(seen.failed), /^changed,RunwrightError.*tab.*act,Error: no$/s)
  })
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type CurveName, tailKinds } from '../../../src/protocol/curves.ts'
import type { Methods } from '../../../src/protocol/methods.ts'
import type { Host } from '../../shared/host.ts'
import { createCurveLoader, type CurveRequest, type LoadedCurves } from './curve-loader.ts'

// SAFETY: the loader only hands ids on.
const curves = ['a', 'b', 'c'].map((runId) => ({ runId, key: 'loss' })) as unknown as readonly CurveName[]
const request: CurveRequest = { curves, axis: 'step', pixels: 100, isLog: false }

/** Curves of two points each, the third of which is missing; their tails are as the test says. */
function open(tails: Methods['curves/tail']['result']) {
  const asked: { method: string; curves: readonly string[] }[] = []
  const call = (method: string, params: { curves: readonly CurveName[] }) => {
    asked.push({ method, curves: params.curves.map(({ runId }) => runId) })
    if (method === 'curves/tail') return Promise.resolve(tails)
    const xs = Float64Array.of(0, 1)
    const windows = params.curves.map(({ runId }) =>
      String(runId) === 'c' ? ({ kind: 'missing' } as const) : ({ kind: 'points', xs, values: xs } as const),
    )
    return Promise.resolve({ curves: windows, cursors: new Float64Array(3 * windows.length) })
  }
  const answers: LoadedCurves[] = []
  // SAFETY: nothing else of the host is used.
  const loader = createCurveLoader({ call } as unknown as Host, (loaded) => answers.push(loaded), assert.fail)
  return { loader, asked, answers }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
const numbers = (...values: number[]) => Float64Array.from(values)

it('curves that grow are asked for what they have got since, and read anew only where they changed', async () => {
  const { loader, asked, answers } = open({
    kinds: Uint8Array.of(tailKinds.goesOn, tailKinds.changed),
    counts: Uint32Array.of(1, 0),
    exact: Uint8Array.of(1, 1),
    starts: numbers(2),
    ends: numbers(2),
    firsts: numbers(9),
    lasts: numbers(9),
    mins: numbers(9),
    maxs: numbers(9),
    specials: Uint8Array.of(0),
    cursors: numbers(0, 2, 2, 1, 1, 1),
  })
  loader.follow(request)
  await nextTurn()
  loader.follow(request)
  await nextTurn()
  assert.deepEqual(asked, [
    { method: 'curves/window', curves: ['a', 'b', 'c'] },
    { method: 'curves/tail', curves: ['a', 'b'] },
    { method: 'curves/window', curves: ['b', 'c'] },
  ])
  assert.deepEqual(
    answers[1]?.strips.map((strip) => strip && [...strip.firsts]),
    [[0, 1, 9], [0, 1], undefined],
  )

  loader.follow({ ...request, pixels: 200 })
  await nextTurn()
  assert.deepEqual(asked[3], { method: 'curves/window', curves: ['a', 'b', 'c'] })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRunId } from '../protocol/ids.ts'
import { type CurveTails, tailKinds } from '../protocol/curves.ts'
import type { Methods } from '../protocol/methods.ts'
import { openScratchTracking } from './scratch-tracking.ts'

const point = (step: number, value = step) => ({ key: 'loss', step, timestamp: 1_000_000 + step * 10, value })
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => point(from + index))

type Window = Pick<Methods['curves/window']['params'], 'axis' | 'from' | 'to'>

async function openFollowed(window: Window, ...curveLengths: number[]) {
  const tracking = await openScratchTracking()
  const curves: { runId: Awaited<ReturnType<typeof tracking.addRun>>; key: string }[] = []
  for (const length of curveLengths) {
    const runId = await tracking.addRun({ startTime: 1_000_000, metrics: range(0, length) })
    curves.push({ runId, key: 'loss' })
  }
  let { cursors } = await tracking.comparison.curves({ ...window, curves, buckets: 100 })
  return {
    ...tracking,
    curves,
    log: (curve: number, ...metrics: ReturnType<typeof point>[]) => {
      const { runId } = curves[curve] ?? assert.fail()
      return tracking.runs.logBatch(runId, { metrics })
    },
    async follow(cellWidth = 0): Promise<CurveTails> {
      const tails = await tracking.comparison.tails({ ...window, curves, cursors: [...cursors], cellWidth })
      cursors = tails.cursors
      return tails
    },
  }
}

describe('what curves have got since they were read', () => {
  it('is every point that came after, once', async () => {
    await using followed = await openFollowed({ axis: 'step' }, 3, 10, 3)
    assert.deepEqual([...(await followed.follow()).counts], [0, 0, 0])
    await followed.log(0, point(3, 7), point(5, Number.NaN))
    await followed.log(2, ...range(3, 1500))
    const tails = await followed.follow()
    assert.deepEqual([...tails.counts], [2, 0, 1497])
    assert.deepEqual([...tails.starts].slice(0, 4), [3, 5, 3, 4])
    assert.deepEqual([...tails.mins].slice(0, 2), [7, Number.NaN])
    assert.deepEqual([...tails.exact], [1, 1, 1])
    assert.deepEqual([...(await followed.follow()).counts], [0, 0, 0])
  })

  it('is summed up by cells', async () => {
    await using followed = await openFollowed({ axis: 'step' }, 10)
    await followed.log(0, point(10, 5), point(11, -100), point(12, 7), point(20, 1))
    const { starts, ends, firsts, lasts, mins, maxs, exact } = await followed.follow(10)
    assert.deepEqual(
      [starts, ends, firsts, lasts, mins, maxs].map((array) => [...array]),
      [
        [10, 20],
        [12, 20],
        [5, 1],
        [7, 1],
        [-100, 1],
        [7, 1],
      ],
    )
    assert.deepEqual([...exact], [0])
  })

  it('lies on the axis and in the window that were asked for', async () => {
    await using followed = await openFollowed({ axis: 'relative', from: 40, to: 60 }, 4)
    await followed.log(0, ...range(4, 9))
    assert.deepEqual([...(await followed.follow()).starts], [40, 50, 60])
  })

  it('is not told where a point came late or a step was logged again: the window is read anew', async () => {
    await using followed = await openFollowed({ axis: 'step' }, 10, 10)
    await followed.log(0, point(10))
    await followed.log(0, point(4, 99))
    await followed.log(1, point(9, 3))
    assert.deepEqual([...(await followed.follow()).kinds], [tailKinds.changed, tailKinds.changed])
    await followed.log(0, point(11))
    const tails = await followed.follow()
    assert.deepEqual([...tails.kinds], [tailKinds.goesOn, tailKinds.goesOn])
    assert.deepEqual([...tails.starts], [11])
  })

  it('is not told where far more came than a window holds', async () => {
    await using followed = await openFollowed({ axis: 'step' }, 10)
    for (let start = 10; start < 7000; start += 500) await followed.log(0, ...range(start, start + 500))
    assert.deepEqual([...(await followed.follow()).kinds], [tailKinds.changed])
  })

  it('says which curves are not there, and goes on with those of a deleted run', async () => {
    await using followed = await openFollowed({ axis: 'step' }, 3)
    const nobody = parseRunId('f'.repeat(32)) ?? assert.fail()
    const curves = [{ runId: nobody, key: 'loss' }, ...followed.curves]
    await followed.runs.delete(followed.curves.map(({ runId }) => runId))
    const { kinds } = await followed.comparison.tails({
      curves,
      cursors: [0, 1, 1, 0, 2, 1_000_020],
      axis: 'step',
      cellWidth: 0,
    })
    assert.deepEqual([...kinds], [tailKinds.missing, tailKinds.goesOn])
  })
})

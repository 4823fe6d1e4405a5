import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toStrip } from './curve-strip.ts'
import { createScale } from './scale.ts'
import { findClippedExtent, findExtent, traceCurve } from './trace-curve.ts'

type Columns = Partial<Record<'starts' | 'ends' | 'firsts' | 'lasts' | 'mins' | 'maxs', readonly number[]>>

function strip(columns: Columns & { firsts: readonly number[] }) {
  const { firsts, starts = firsts.map((_, index) => index), ends = starts, lasts = firsts } = columns
  const { mins = firsts, maxs = firsts } = columns
  const numbers = { starts, ends, firsts, lasts, mins, maxs }
  const arrays = Object.fromEntries(Object.entries(numbers).map(([name, list]) => [name, Float64Array.from(list)]))
  const made = toStrip({ kind: 'buckets', specials: new Uint8Array(firsts.length), ...arrays } as never)
  assert.ok(made !== undefined)
  return made
}

function trace(columns: Parameters<typeof strip>[0], isLog = false): string[] {
  const commands: string[] = []
  const path = {
    moveTo: (x: number, y: number) => void commands.push(`M ${x} ${Math.round(y)}`),
    lineTo: (x: number, y: number) => void commands.push(`L ${x} ${Math.round(y)}`),
  }
  const x = createScale({ min: 0, max: 10 }, false, 0, 10)
  const y = createScale({ min: 1, max: 101 }, isLog, 100, 0)
  traceCurve(path, strip(columns), { x, y }, (x, y) => void commands.push(`dot ${x} ${Math.round(y)}`))
  return commands
}

describe('a curve', () => {
  it('joins its points by lines', () => assert.deepEqual(trace({ firsts: [1, 101] }), ['M 0 100', 'L 1 0']))

  it('shows the least and the greatest of each stretch', () =>
    assert.deepEqual(trace({ starts: [0], ends: [2], firsts: [51], lasts: [61], mins: [1], maxs: [101] }), [
      'M 0 50',
      'L 1 100',
      'L 1 0',
      'L 2 40',
    ]))

  it('fills a column of pixels from its least to its greatest value, whichever is nearer first', () =>
    assert.deepEqual(
      trace({
        starts: [0, 1],
        ends: [0.5, 1.5],
        firsts: [21, 31],
        lasts: [31, 21],
        mins: [1, 11],
        maxs: [101, 91],
      }),
      ['M 0.25 100', 'L 0.25 0', 'L 1.25 10', 'L 1.25 90'],
    ))

  it('breaks where a value is not a number, and shows a lone value as a dot', () =>
    assert.deepEqual(trace({ firsts: [1, 101, Number.NaN, 51] }), ['M 0 100', 'L 1 0', 'M 3 50', 'dot 3 50']))

  it('leaves out what a logarithmic axis cannot show', () =>
    assert.deepEqual(trace({ firsts: [1, 101, 0, -3] }, true), ['M 0 100', 'L 1 0']))

  it('keeps the positive part of a stretch that a logarithmic axis shows in part', () =>
    assert.deepEqual(trace({ starts: [0], ends: [2], firsts: [-1], lasts: [101], mins: [-1], maxs: [101] }, true), [
      'M 1 100',
      'L 1 0',
      'L 2 0',
    ]))
})

describe('the range of curves', () => {
  const window = { min: 0, max: 1000 }
  it('spans all finite values', () =>
    assert.deepEqual(findExtent([strip({ firsts: [3, Number.NaN, Infinity, -2] })], window, false), {
      min: -2,
      max: 3,
    }))
  it('spans the positive values alone on a logarithmic axis', () =>
    assert.deepEqual(findExtent([strip({ firsts: [3, 0, -5, 0.5] })], window, true), { min: 0.5, max: 3 }))
  it('is none where there is nothing', () =>
    assert.equal(findExtent([strip({ firsts: [] })], window, false), undefined))
  it('leaves out the outermost values when it is clipped', () => {
    const values = Array.from({ length: 500 }, (_, index) => (index === 7 ? 1e9 : index / 500))
    const range = findClippedExtent([strip({ firsts: values })], window, false)
    assert.ok(range !== undefined && range.max < 1)
  })
})

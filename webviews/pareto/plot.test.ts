import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAxis, findFront, withoutOverlaps } from './plot.ts'

describe('the plot of models', () => {
  it('has the best of two measures as its front, whichever way each is better', () => {
    const place = (x: number, y: number) => ({ x, y })
    const [small, fast, both, worse] = [place(1, 9), place(9, 1), place(4, 4), place(5, 5)]
    assert.deepEqual(findFront([worse, fast, both, small], 'size', 'p50'), [small, both, fast])
    // More of the second is better: the one with most of it at the least size is all there is.
    assert.deepEqual(findFront([worse, fast, both, small], 'size', 'speedup'), [small])
    assert.deepEqual(findFront([both, place(4, 4)], 'size', 'p50'), [both])
    assert.deepEqual(findFront([small, both, place(9, 9)], 'speedup', 'speedup'), [place(9, 9)])
  })

  it('marks sizes in powers of 1,024 and shares in hundredths, round', () => {
    const kibibyte = 1024
    const sizes = createAxis('size', [120 * kibibyte, 480 * kibibyte], 0, 400)
    assert.deepEqual(
      sizes.ticks.map(({ label }) => label),
      ['200 KiB', '400 KiB'],
    )
    // Also where some of them are less than one.
    assert.deepEqual(
      createAxis('size', [200 * kibibyte, 1040 * kibibyte], 0, 400).ticks.map(({ label }) => label),
      ['0.5 MiB', '1 MiB'],
    )
    const shares = createAxis('accuracy-drop', [0, 0], 0, 300)
    assert.deepEqual(
      shares.ticks.map(({ label }) => label),
      ['−1%', '0%', '1%'],
    )
  })

  it('is logarithmic where the largest is many times the least', () => {
    assert.equal(createAxis('p50', [0.1, 10], 0, 300).scale.isLog, true)
    assert.equal(createAxis('p50', [1, 3], 0, 300).scale.isLog, false)
    assert.equal(createAxis('accuracy-drop', [0, 0.5], 0, 300).scale.isLog, false)
  })

  it('keeps the first of texts that would lie on each other', () => {
    const label = (x: number, y: number, text: string) => ({ x, y, text })
    const labels = [label(0, 0, '0.5%'), label(10, 5, '0.7%'), label(10, 40, '1%'), label(80, 0, '2%')]
    assert.deepEqual(
      withoutOverlaps(labels, []).map(({ text }) => text),
      ['0.5%', '1%', '2%'],
    )
  })

  it('leaves out a text that would lie on a mark, unless it is the first', () => {
    const label = (x: number, y: number, text: string) => ({ x, y, text })
    const labels = [label(0, 0, '0.5%'), label(100, 0, '1%'), label(200, 0, '2%')]
    const marks = [
      { x: 5, y: 0 },
      { x: 110, y: 5 },
      // That of the last text itself, below and to the left of it.
      { x: 184, y: 10 },
    ]
    assert.deepEqual(
      withoutOverlaps(labels, marks).map(({ text }) => text),
      ['0.5%', '2%'],
    )
  })
})

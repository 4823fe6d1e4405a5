import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assert as assertProperty, nat, property, record } from 'fast-check'
import { pairedDifferenceInterval, type PairedCounts, wilsonInterval } from './score-interval.ts'

const round = (interval: readonly number[]) => interval.map((end) => Number(end.toFixed(4)))

describe('the interval of a proportion', () => {
  it('is that of the tables in Newcombe’s comparison of seven methods (1998), method 3', () => {
    assert.deepEqual(round(wilsonInterval(81, 263)), [0.2553, 0.3662])
    assert.deepEqual(round(wilsonInterval(15, 148)), [0.0624, 0.1605])
    assert.deepEqual(round(wilsonInterval(0, 20)), [0, 0.1611])
    assert.deepEqual(round(wilsonInterval(1, 29)), [0.0061, 0.1718])
  })

  it('has everything in it when there are no samples', () => assert.deepEqual(wilsonInterval(0, 0), [0, 1]))
})

describe('the interval of a difference of paired proportions', () => {
  it('is that of the example in Statistics with Confidence (2000), chapter 6', () => {
    const counts = { both: 14, onlyFirst: 5, onlySecond: 0, neither: 22 }
    assert.deepEqual(
      pairedDifferenceInterval(counts).map((end) => Number(end.toFixed(3))),
      [0.011, 0.226],
    )
  })

  const tables = record({ both: nat(500), onlyFirst: nat(50), onlySecond: nat(50), neither: nat(500) })

  it('has the difference in it, and stays within what is possible', () => {
    assertProperty(
      property(tables, (counts) => {
        const [low, high] = pairedDifferenceInterval(counts)
        const { both, onlyFirst, onlySecond, neither } = counts
        const difference = (onlyFirst - onlySecond) / Math.max(1, both + onlyFirst + onlySecond + neither)
        assert.ok(low >= -1 && low <= difference && difference <= high && high <= 1)
      }),
    )
  })

  it('is the same from the other side', () => {
    assertProperty(
      property(tables, (counts) => {
        const [low, high] = pairedDifferenceInterval(counts)
        const swapped: PairedCounts = { ...counts, onlyFirst: counts.onlySecond, onlySecond: counts.onlyFirst }
        const [otherLow, otherHigh] = pairedDifferenceInterval(swapped)
        assert.ok(Math.abs(low + otherHigh) < 1e-12 && Math.abs(high + otherLow) < 1e-12)
      }),
    )
  })

  it('is narrower the more samples there are', () => {
    const width = (scale: number) => {
      const [low, high] = pairedDifferenceInterval({
        both: 90 * scale,
        onlyFirst: 3 * scale,
        onlySecond: 1 * scale,
        neither: 6 * scale,
      })
      return high - low
    }
    assert.ok(width(1) > width(10) && width(10) > width(100) && width(100) < 0.01)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toNumberText } from './number-text.ts'
import { linearTicks, logTicks } from './ticks.ts'

const labels = (ticks: readonly { label: string }[]) => ticks.map(({ label }) => label)

describe('linear ticks', () => {
  it('are round and lie within the range', () =>
    assert.deepEqual(labels(linearTicks({ min: 0.13, max: 1.02 }, 5)), ['0.2', '0.4', '0.6', '0.8', '1.0']))
  it('count thousands in k and millions in M', () => {
    assert.deepEqual(labels(linearTicks({ min: 0, max: 10_000 }, 4)), ['0', '5k', '10k'])
    assert.deepEqual(labels(linearTicks({ min: 0, max: 3e6 }, 3)), ['0', '1M', '2M', '3M'])
  })
  it('have as many decimals as tell them apart', () =>
    assert.deepEqual(labels(linearTicks({ min: 0.5, max: 0.5004 }, 2)), ['0.5000', '0.5002', '0.5004']))
  it('write tiny values with exponents', () =>
    assert.deepEqual(labels(linearTicks({ min: 0, max: 2e-6 }, 2)), ['0', '1e-6', '2e-6']))
  it('are exact however many there are', () =>
    assert.deepEqual(
      linearTicks({ min: 0, max: 0.3 }, 3).map(({ value }) => value.toFixed(12)),
      ['0.000000000000', '0.100000000000', '0.200000000000', '0.300000000000'],
    ))
  it('are none for a range that is no range', () => assert.deepEqual(linearTicks({ min: 1, max: 1 }, 5), []))
})

describe('logarithmic ticks', () => {
  it('are powers of ten', () =>
    assert.deepEqual(labels(logTicks({ min: 0.002, max: 50 }, 5)), ['0.01', '0.1', '1', '10']))
  it('have 2 and 5 between them where there is room', () =>
    assert.deepEqual(labels(logTicks({ min: 1, max: 30 }, 9)), ['1', '2', '5', '10', '20']))
  it('skip powers where there is none', () =>
    assert.deepEqual(labels(logTicks({ min: 1e-9, max: 1 }, 3)), ['1e−9', '1e−6', '0.001', '1']))
  it('are linear within a decade', () =>
    assert.deepEqual(labels(logTicks({ min: 2, max: 5 }, 4)), ['2', '3', '4', '5']))
})

it('numbers are written with four digits', () =>
  assert.deepEqual([0.123456, 12345, 1234.56, 1.5e-7, -3e8, 0.25, Number.NaN, -Infinity].map(toNumberText), [
    '0.1235',
    '12345',
    '1234.6',
    '1.5e-7',
    '−3e8',
    '0.25',
    'NaN',
    '−∞',
  ]))

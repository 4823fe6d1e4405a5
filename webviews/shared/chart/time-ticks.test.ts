import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clockTicks, durationTicks, toClockText, toDurationText } from './time-ticks.ts'

const utc = () => 0
const labels = (ticks: readonly { label: string }[]) => ticks.map(({ label }) => label)

describe('ticks of time', () => {
  it('count minutes by sixty, not by ten', () =>
    assert.deepEqual(labels(durationTicks({ min: 0, max: 100_000 }, 5)), ['0', '30 s', '1m', '1m 30s']))
  it('count hours and days', () =>
    assert.deepEqual(labels(durationTicks({ min: 0, max: 36 * 3_600_000 }, 3)), ['0', '12h', '1d', '1d 12h']))
  it('lie at round times of the clock', () => {
    const start = Date.UTC(2026, 2, 9, 23, 50)
    assert.deepEqual(labels(clockTicks({ min: start, max: start + 20 * 60_000 }, 4, utc)), [
      '23:50',
      '23:55',
      '03-10',
      '00:05',
      '00:10',
    ])
  })
  it('follow the clock on the wall', () => {
    const start = Date.UTC(2026, 2, 9, 22)
    const india = () => 5.5 * 3_600_000
    const [first] = clockTicks({ min: start, max: start + 7_200_000 }, 2, india)
    assert.deepEqual(first, { value: start + 30 * 60_000, label: '04:00' })
    assert.equal(toClockText(start, india), '2026-03-10 03:30:00')
  })
})

it('a duration is written in its two largest units', () =>
  assert.deepEqual([0, 350, 1500, 59_999, 150_000, 10_800_000, 187_200_000].map(toDurationText), [
    '0',
    '350 ms',
    '1.5 s',
    '60 s',
    '2m 30s',
    '3h',
    '2d 4h',
  ]))

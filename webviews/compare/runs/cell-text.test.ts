import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatCell, formatNumber } from './cell-text.ts'
import { formatAge, formatDuration } from '../../shared/time-text.ts'

describe('a cell', () => {
  it('shows numbers by six digits', () => {
    const shown: [number, string][] = [
      [0.123456789, '0.123457'],
      [0.5, '0.5'],
      [-0.25, '−0.25'],
      [1234567, '1234567'],
      [1e-5, '1e−5'],
      [1.5e12, '1.5e12'],
      [123456.789, '123457'],
      [0, '0'],
      [Number.NaN, 'NaN'],
      [Infinity, '∞'],
      [-Infinity, '−∞'],
      [1.7976931348623157e308, '1.79769e308'],
    ]
    for (const [value, expected] of shown) assert.equal(formatNumber(value), expected)
  })

  it('keeps the exact value for the tooltip', () => {
    const column = { kind: 'metric', key: 'acc', aggregate: 'last' } as const
    assert.deepEqual(formatCell(column, 0.123456789, 0), { text: '0.123457', title: '0.123456789' })
    assert.deepEqual(formatCell(column, undefined, 0), { text: '', title: '' })
  })

  it('shows a long text by its beginning, in one line', () => {
    const { text, title } = formatCell({ kind: 'param', key: 'prompt' }, `a\n${'b'.repeat(6000)}`, 0)
    assert.ok(text.length < 500 && text.startsWith('a b'))
    assert.equal(title.length, 6002)
  })

  it('shows durations by their two largest units, and times by their age', () => {
    const shown = [850, 42_500, 200_000, 18_720_000, 273_600_000].map(formatDuration)
    assert.deepEqual(shown, ['850 ms', '42.5 s', '3 min 20 s', '5 h 12 min', '3 d 4 h'])
    const ages = [10_000, 240_000, 10_800_000, 86_400_000 * 12].map((age) => formatAge(0, age))
    assert.deepEqual(ages, ['now', '4 min ago', '3 h ago', '12 d ago'])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { expandSweep, parseGrid, parseRandom } from './sweep.ts'

const none = { grid: [], random: [] }
const values = (jobs: ReturnType<typeof expandSweep>) =>
  jobs.map((params) => params.map(({ key, value }) => `${key}=${value}`).join(' '))

describe('a sweep', () => {
  it('is one job when nothing varies', () => {
    assert.deepEqual(values(expandSweep(none, [{ key: 'lr', value: '1' }])), ['lr=1'])
  })

  it('takes every combination of a grid, each as often as asked', () => {
    const grid = ['lr=0.1,0.01', 'layers=2,3'].map(parseGrid)
    assert.deepEqual(values(expandSweep({ grid, random: [], repeat: 2 }, [{ key: 'a', value: 'b' }])), [
      'a=b lr=0.1 layers=2',
      'a=b lr=0.1 layers=2',
      'a=b lr=0.1 layers=3',
      'a=b lr=0.1 layers=3',
      'a=b lr=0.01 layers=2',
      'a=b lr=0.01 layers=2',
      'a=b lr=0.01 layers=3',
      'a=b lr=0.01 layers=3',
    ])
  })

  it('draws from ranges, the same values from the same seed', () => {
    const random = ['lr=1e-5..1e-1:log', 'layers=1..3', 'dropout=0..0.5'].map(parseRandom)
    const first = expandSweep({ grid: [], random, trials: 600, seed: 7 }, [])
    assert.deepEqual(values(first), values(expandSweep({ grid: [], random, trials: 600, seed: 7 }, [])))
    assert.notDeepEqual(values(first), values(expandSweep({ grid: [], random, trials: 600, seed: 8 }, [])))
    const column = (index: number) => first.map((params) => Number(params[index]?.value))
    const share = (numbers: readonly number[], isIn: (value: number) => boolean) => numbers.filter(isIn).length / 600
    assert.ok(column(0).every((lr) => lr >= 1e-5 && lr <= 1e-1))
    assert.ok(Math.abs(share(column(0), (lr) => lr < 1e-3) - 0.5) < 0.08, 'half of four decades')
    assert.deepEqual([...new Set(column(1))].toSorted(), [1, 2, 3])
    for (const layers of [1, 2, 3]) assert.ok(Math.abs(share(column(1), (each) => each === layers) - 1 / 3) < 0.08)
    assert.ok(column(2).every((dropout) => dropout >= 0 && dropout <= 0.5))
    assert.equal(expandSweep({ grid: [], random }, []).length, 10)
  })

  it('that makes no sense is refused', () => {
    for (const word of ['lr', '=1', 'lr='])
      assert.throws(() => parseGrid(word), { code: 'INVALID_PARAMETER_VALUE' }, word)
    for (const word of ['lr', 'lr=1', 'lr=2..1', 'lr=a..b', 'lr=0..1:log', 'lr=1..2:exp', 'lr=..1']) {
      assert.throws(() => parseRandom(word), { code: 'INVALID_PARAMETER_VALUE' }, word)
    }
    const twice = { grid: [parseGrid('lr=1,2')], random: [] }
    assert.throws(() => expandSweep(twice, [{ key: 'lr', value: '1' }]), { message: 'Param "lr" is given twice.' })
    assert.throws(() => expandSweep({ ...none, repeat: 10_001 }, []), { message: /would launch 10001 jobs/ })
  })
})

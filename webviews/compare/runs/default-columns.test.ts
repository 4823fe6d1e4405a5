import assert from 'node:assert/strict'
import { it } from 'node:test'
import { chooseDefaultColumns } from './default-columns.ts'

it('shows the headline metric first and at most a dozen of each kind', () => {
  const many = (prefix: string) => Array.from({ length: 1500 }, (_, index) => `${prefix}${index}`)
  const columns = chooseDefaultColumns({
    metrics: ['system/cpu', ...many('m')],
    params: many('p'),
    tags: [],
    headline: { key: 'm77', goal: 'maximize' },
  })
  const keys = columns.map((column) => (column.kind === 'dataset' ? '' : column.key))
  assert.deepEqual(keys.slice(0, 4), ['start_time', 'duration', 'm77', 'm0'])
  assert.equal(keys.length, 26)
  assert.ok(!keys.includes('system/cpu'))
})

it('makes do without metrics and params', () => {
  assert.equal(chooseDefaultColumns({ metrics: [], params: [], tags: [], headline: null }).length, 2)
})

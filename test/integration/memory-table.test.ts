import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemoryTable } from '../../src/client/memory-table.ts'
import type { ExperimentId } from '../../src/protocol/ids.ts'
import type { Run } from '../../src/protocol/runs.ts'
import type { TableColumn, TableOrder } from '../../src/protocol/run-table.ts'
import { toMemoryRun } from '../../src/client/run-to-memory.ts'
import { openScratchTracking } from '../../src/tracking/scratch-tracking.ts'

const metric = { kind: 'metric', key: 'acc', aggregate: 'last' } as const
const lr = { kind: 'param', key: 'lr' } as const
const columns: readonly TableColumn[] = [
  metric,
  lr,
  { kind: 'tag', key: 'note' },
  { kind: 'attribute', key: 'start_time' },
  { kind: 'attribute', key: 'duration' },
  { kind: 'attribute', key: 'status' },
]
const values = [0.5, 0.25, Number.NaN, Infinity, -Infinity, 0.5, undefined]
const rates = ['0.1', '1e-3', 'auto', '10', undefined, '-2', '']

describe('a table of runs in memory', () => {
  it('answers as the engine does', async () => {
    await using tracking = await openScratchTracking()
    const { experimentId } = await tracking.experiments.ensure('digits')
    const runs: Run[] = []
    for (let index = 0; index < 40; index += 1) {
      const [value, rate] = [values[index % 7], rates[(index * 3) % 7]]
      const runId = await tracking.addRun({
        experimentId,
        name: `r${index}`,
        startTime: Math.floor(index / 2) * 1000,
        metrics: value === undefined ? [] : [{ key: 'acc', value, step: 0, timestamp: 0 }],
        params: rate === undefined ? [] : [{ key: 'lr', value: rate }],
        tags: index % 3 === 0 ? [{ key: 'note', value: index % 2 === 0 ? 'First_100%' : 'second' }] : [],
      })
      if (index % 4 === 0) await tracking.runs.update(runId, { status: 'FAILED', endTime: index * 1500 })
      runs.push(await tracking.runs.get(runId))
    }
    const memory = createMemoryTable(runs.map(toMemoryRun), new Set(['acc']))
    const experimentIds: readonly ExperimentId[] = [experimentId]
    const filters = [
      '',
      'acc > 0.3',
      'acc != 0.5',
      'acc <= 0.25',
      'acc >= 0.5',
      'lr <= 0.5',
      'lr != 10',
      "lr = '10'",
      "lr IN ('10', 'auto')",
      "lr NOT IN ('10')",
      'params.lr IS NULL',
      "tags.note LIKE 'First_100%'",
      "tags.note LIKE '%s%'",
      "tags.note ILIKE 'FIRST%'",
      "status = 'FAILED' AND acc > 0",
      'start_time >= 5000',
      'tags.note IS NOT NULL',
      "run_name IN ('r1', 'r2')",
    ]
    const orders: readonly (readonly TableOrder[])[] = [
      [],
      ...columns.flatMap((column) => [[{ column, descending: false }], [{ column, descending: true }]]),
      [
        { column: lr, descending: true },
        { column: metric, descending: true },
      ],
    ]
    for (const filter of filters) {
      for (const order of orders) {
        const query = { experimentIds, filter, order, columns, limit: 15, offset: 3 }
        const expected = await tracking.comparison.rows(query)
        assert.deepEqual(memory.rows(query), expected, `${filter} ${JSON.stringify(order)}`)
      }
      const statistics = { experimentIds, filter, columns }
      assert.deepEqual(memory.statistics(statistics), await tracking.comparison.statistics(statistics), filter)
      const grouped = { experimentIds, filter, by: [{ kind: 'tag', key: 'note' }, lr] as const, metrics: [metric] }
      assert.deepEqual(memory.groups(grouped), await tracking.comparison.groups(grouped), filter)
    }
    assert.throws(() => memory.rows({ experimentIds, filter: 'acc >', columns }), /character 6/)
  })
})

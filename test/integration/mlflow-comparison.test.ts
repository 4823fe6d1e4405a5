import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createMlflowClient } from '../../src/client/mlflow-client.ts'
import type { Client } from '../../src/protocol/client.ts'
import { type ExperimentId, parseRunId, type RunId } from '../../src/protocol/ids.ts'
import { getCell } from '../../src/protocol/run-table.ts'
import { openMlflowServer } from '../servers/mlflow-server.ts'
import type { RunningServer } from '../servers/mlflow-server.ts'
import { findTestPython } from '../servers/test-python.ts'

describe('a comparison of runs on an MLflow server', () => {
  let folder: string
  let server: RunningServer
  let client: Client
  let experimentIds: readonly ExperimentId[]
  const runs: RunId[] = []

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-mlflow-'))
    server = await openMlflowServer({ python: findTestPython(process.env), folder })
    let time = 1_700_000_000_000
    client = createMlflowClient({ url: server.url, pollMs: 50, now: () => (time += 10) })
    const { experiment } = await client.call('experiments/ensure', { name: 'compared' })
    experimentIds = [experiment.experimentId]
    for (const [name, lr, losses] of [
      ['a', '0.1', [3, 1, 0.5]],
      ['b', '0.01', [2]],
      ['c', 'auto', []],
    ] as const) {
      const params = [{ key: 'lr', value: lr }]
      const { run } = await client.call('runs/start', { experimentId: experiment.experimentId, name, params })
      runs.push(run.runId)
      const metrics = losses.map((value, step) => ({
        key: 'loss',
        value,
        step,
        timestamp: run.startTime + step * 1000,
      }))
      await server.post('runs/log-batch', { run_id: run.runId, metrics })
      await client.call('runs/end', { runId: run.runId, status: 'FINISHED' })
    }
  })
  after(async () => {
    await client?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const loss = { kind: 'metric', key: 'loss', aggregate: 'last' } as const
  const lr = { kind: 'param', key: 'lr' } as const

  it('has a table that is sorted, filtered, grouped and summed up', async () => {
    const keys = await client.call('table/keys', { experimentIds })
    assert.deepEqual([keys.metrics, keys.params, keys.headline?.key], [['loss'], ['lr'], 'loss'])
    const rows = await client.call('table/rows', {
      experimentIds,
      columns: [loss, lr],
      order: [{ column: loss, descending: false }],
      filter: 'loss <= 2',
    })
    assert.deepEqual(
      rows.rows.map(({ name }) => name),
      ['a', 'b'],
    )
    assert.deepEqual([rows.total, rows.runCount], [2, 3])
    const [losses, rates] = rows.columns
    assert.ok(losses && rates)
    assert.deepEqual([getCell(losses, 0), getCell(rates, 1)], [0.5, '0.01'])
    const groups = await client.call('table/groups', { experimentIds, by: [lr], metrics: [loss] })
    assert.deepEqual(groups.groups.map(({ by }) => by[0]).toSorted(), ['0.01', '0.1', 'auto'])
    const { columns } = await client.call('table/statistics', { experimentIds, columns: [loss] })
    assert.ok(columns[0]?.kind === 'numbers' && columns[0].max === 2)
    await assert.rejects(client.call('table/rows', { experimentIds, columns: [], filter: 'loss ?' }), /character 6/)
  })

  it('has curves over step and time, of any number of runs', async () => {
    const nobody = parseRunId('0'.repeat(32))
    assert.ok(nobody)
    const names = [...runs, nobody].map((runId) => ({ runId, key: 'loss' }))
    const { curves } = await client.call('curves/window', { curves: names, axis: 'relative', buckets: 10 })
    assert.deepEqual(
      curves.map(({ kind }) => kind),
      ['points', 'points', 'missing', 'missing'],
    )
    const [first] = curves
    assert.ok(first?.kind === 'points')
    assert.deepEqual(
      [[...first.xs], [...first.values]],
      [
        [0, 1000, 2000],
        [3, 1, 0.5],
      ],
    )
  })

  it('tells where runs differ', async () => {
    const { sections } = await client.call('runs/diff', { runIds: runs.slice(0, 2) })
    const row = (section: string, key: string) =>
      sections.find(({ name }) => name === section)?.rows.find((row) => row.key === key)?.values
    assert.deepEqual(
      [row('params', 'lr'), row('metrics', 'loss')],
      [
        ['0.1', '0.01'],
        [0.5, 2],
      ],
    )
  })

  it('follows a star at once', async () => {
    const [runId] = runs
    assert.ok(runId)
    const columns = [{ kind: 'tag', key: 'runwright.starred' }] as const
    const read = async () => {
      const { columns: cells, rows } = await client.call('table/rows', { experimentIds, columns })
      const [starred] = cells
      return (
        starred &&
        getCell(
          starred,
          rows.findIndex((row) => row.runId === runId),
        )
      )
    }
    assert.equal(await read(), undefined)
    await client.call('runs/set-tag', { runId, key: 'runwright.starred', value: 'true' })
    assert.equal(await read(), 'true')
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExperimentId } from '../../protocol/ids.ts'
import { type ColumnValues, getCell, type TableColumn, type TableOrder } from '../../protocol/run-table.ts'
import { openScratchTracking } from '../scratch-tracking.ts'

const metric = (key: string, aggregate: 'last' | 'min' | 'max' = 'last') =>
  ({ kind: 'metric', key, aggregate }) as const
const param = (key: string) => ({ kind: 'param', key }) as const
const attribute = (key: 'run_name' | 'status' | 'duration' | 'start_time') => ({ kind: 'attribute', key }) as const

const series = (key: string, ...values: number[]) =>
  values.map((value, step) => ({ key, value, step, timestamp: step }))

/** Six runs named a … f, from the oldest to the newest. */
async function openWithRuns() {
  const tracking = await openScratchTracking()
  const { experimentId } = await tracking.experiments.ensure('digits')
  const add = (name: string, startTime: number, lr: string | undefined, ...metrics: ReturnType<typeof series>[]) =>
    tracking.addRun({
      name,
      startTime,
      experimentId,
      metrics: metrics.flat(),
      params: [...(lr === undefined ? [] : [{ key: 'lr', value: lr }]), { key: 'kind', value: name < 'd' ? 'x' : 'y' }],
      tags: name === 'a' ? [{ key: 'note', value: 'first' }] : [],
    })
  const a = await add('a', 10, '0.1', series('acc', 0.1, 0.9, 0.5))
  await add('b', 20, '1e-3', series('acc', 0.2, 0.7), series('val/loss', 3))
  await add('c', 30, '9', series('acc', Number.NaN))
  await add('d', 40, 'auto', series('acc', 0.6), series('val/loss', 1))
  await add('e', 50, undefined, series('val/loss', Infinity, 2))
  await add('f', 60, '0.01', series('acc', -Infinity))
  await tracking.runs.update(a, { status: 'FINISHED', endTime: 1010 })
  return { ...tracking, experimentIds: [experimentId] as readonly ExperimentId[] }
}

type Scratch = Awaited<ReturnType<typeof openWithRuns>>

async function find(tracking: Scratch, filter: string, ...order: TableOrder[]): Promise<string> {
  const names: string[] = []
  for (let offset = 0; offset < 8; offset += 2) {
    const page = await tracking.comparison.rows({
      experimentIds: tracking.experimentIds,
      columns: [],
      filter,
      order,
      offset,
      limit: 2,
    })
    names.push(...page.rows.map(({ name }) => name))
    assert.equal(page.runCount, 6)
  }
  return names.join('')
}

const cellsOf = (values: ColumnValues | undefined, rows: number) =>
  Array.from({ length: rows }, (_, row) => (values === undefined ? undefined : getCell(values, row)))

describe('the table of runs', () => {
  it('shows the columns asked for, each with the values that are there', async () => {
    await using tracking = await openWithRuns()
    const columns: TableColumn[] = [
      metric('acc'),
      metric('acc', 'max'),
      metric('acc', 'min'),
      param('lr'),
      { kind: 'tag', key: 'note' },
      attribute('status'),
      attribute('duration'),
      { kind: 'dataset' },
    ]
    const { experimentIds } = tracking
    const order = [{ column: attribute('run_name'), descending: false }]
    const { columns: values } = await tracking.comparison.rows({ experimentIds, columns, order })
    assert.deepEqual(
      values.map((column) => cellsOf(column, 6)),
      [
        [0.5, 0.7, Number.NaN, 0.6, undefined, -Infinity],
        [0.9, 0.7, undefined, 0.6, undefined, undefined],
        [0.1, 0.2, undefined, 0.6, undefined, undefined],
        ['0.1', '1e-3', '9', 'auto', undefined, '0.01'],
        ['first', undefined, undefined, undefined, undefined, undefined],
        ['FINISHED', 'RUNNING', 'RUNNING', 'RUNNING', 'RUNNING', 'RUNNING'],
        [1000, undefined, undefined, undefined, undefined, undefined],
        [undefined, undefined, undefined, undefined, undefined, undefined],
      ],
    )
  })

  const orders: [order: TableOrder[], found: string][] = [
    [[], 'fedcba'],
    [[{ column: metric('acc'), descending: true }], 'bdafce'],
    [[{ column: metric('acc'), descending: false }], 'fadbce'],
    [[{ column: metric('acc', 'max'), descending: true }], 'abdfec'],
    [[{ column: param('lr'), descending: false }], 'bfacde'],
    [[{ column: param('lr'), descending: true }], 'cafbde'],
    [
      [
        { column: param('kind'), descending: false },
        { column: metric('acc'), descending: true },
      ],
      'bacdfe',
    ],
    [[{ column: attribute('duration'), descending: false }], 'afedcb'],
    [[{ column: attribute('start_time'), descending: false }], 'abcdef'],
    [[{ column: metric('nowhere'), descending: false }], 'fedcba'],
  ]
  it('sorts by any columns, page by page', async () => {
    await using tracking = await openWithRuns()
    for (const [order, found] of orders) assert.equal(await find(tracking, '', ...order), found, JSON.stringify(order))
  })

  const filters: Record<string, string> = {
    'acc > 0.5': 'db',
    'acc >= 0.5 and lr <= 1e-1': 'ba',
    'lr > 0.05': 'ca',
    'lr = 0.001': 'b',
    "lr = '1e-3'": 'b',
    'lr != 9': 'fba',
    'params.lr > 8': 'c',
    "attributes.status = 'FINISHED'": 'a',
    'attributes.start_time < 25 and lr < 1': 'ba',
    "lr IN ('9', 'auto', 'other')": 'dc',
    "kind NOT IN ('x')": 'fed',
    "tags.note in ('first')": 'a',
    "run_name IN ('a', 'f')": 'fa',
    'val/loss < 3': 'ed',
    "kind = 'x' and metrics.acc < 0.6": 'a',
    "run_name = 'c'": 'c',
    'params.lr IS NULL': 'e',
    "tags.note = 'first'": 'a',
  }
  it('filters by names that stand alone, and params as numbers', async () => {
    await using tracking = await openWithRuns()
    for (const [filter, found] of Object.entries(filters)) assert.equal(await find(tracking, filter), found, filter)
    await assert.rejects(find(tracking, 'acc above average'), {
      code: 'INVALID_PARAMETER_VALUE',
      message: /character 5/,
    })
  })

  it('says how many match, and of how many', async () => {
    await using tracking = await openWithRuns()
    const { experimentIds } = tracking
    const { total, runCount } = await tracking.comparison.rows({
      experimentIds,
      columns: [],
      filter: 'acc > 0',
      limit: 1,
    })
    assert.deepEqual([total, runCount], [3, 6])
  })

  it('knows every key that was logged', async () => {
    await using tracking = await openWithRuns()
    const { metrics, params, tags, headline } = await tracking.comparison.keys(tracking.experimentIds)
    assert.deepEqual(
      [metrics, params],
      [
        ['acc', 'val/loss'],
        ['kind', 'lr'],
      ],
    )
    assert.deepEqual(tags, ['mlflow.runName', 'note'])
    assert.equal(headline?.key, 'acc')
  })

  it('groups runs, with mean, spread and best of finite values', async () => {
    await using tracking = await openWithRuns()
    const { groups, columns } = await tracking.comparison.groups({
      experimentIds: tracking.experimentIds,
      by: [param('kind')],
      metrics: [metric('acc'), metric('val/loss', 'min')],
    })
    assert.deepEqual(groups, [
      { by: ['x'], runCount: 3 },
      { by: ['y'], runCount: 3 },
    ])
    const [acc, loss] = columns
    assert.deepEqual([...(acc?.counts ?? [])], [2, 1])
    assert.deepEqual([...(acc?.means ?? [])], [0.6, 0.6])
    assert.ok(Math.abs((acc?.standardDeviations[0] ?? 0) - Math.SQRT2 / 10) < 1e-12)
    assert.equal(acc?.standardDeviations[1], 0)
    assert.deepEqual([...(loss?.maxs ?? [])], [3, 2])
  })

  it('keeps groups apart whatever their values hold, those without a value last', async () => {
    await using tracking = await openScratchTracking()
    const { experimentId } = await tracking.experiments.ensure('digits')
    const add = (a?: string, b?: string) =>
      tracking.addRun({
        experimentId,
        params: Object.entries({ a, b }).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
      })
    for (const [a, b] of [
      ['x\ny', 'z'],
      ['x', 'y\nz'],
      ['null', 'z'],
      [undefined, 'z'],
      ['x,y', 'z'],
    ])
      await add(a, b)
    const query = { experimentIds: [experimentId], by: [param('a'), param('b')], metrics: [] }
    const { groups } = await tracking.comparison.groups(query)
    assert.deepEqual(
      groups.map(({ by }) => by),
      [
        ['null', 'z'],
        ['x', 'y\nz'],
        ['x\ny', 'z'],
        ['x,y', 'z'],
        [null, 'z'],
      ],
    )
  })

  it('tells what columns hold', async () => {
    await using tracking = await openWithRuns()
    const { columns } = await tracking.comparison.statistics({
      experimentIds: tracking.experimentIds,
      columns: [metric('acc'), param('kind')],
    })
    const [acc, kind] = columns
    assert.ok(acc?.kind === 'numbers')
    assert.deepEqual([acc.count, acc.min, acc.max], [5, 0.5, 0.7])
    assert.equal(
      acc.histogram.reduce((sum, count) => sum + count, 0),
      3,
    )
    const top = [
      { value: 'x', count: 3 },
      { value: 'y', count: 3 },
    ]
    assert.deepEqual(kind, { kind: 'texts', count: 6, distinctCount: 2, top })
  })

  it('looks at params as numbers where many differ and all are numbers', async () => {
    await using tracking = await openScratchTracking()
    const { experimentId } = await tracking.experiments.ensure('digits')
    const add = (lr: string) => tracking.addRun({ experimentId, params: [{ key: 'lr', value: lr }] })
    const read = async () => {
      const query = { experimentIds: [experimentId], columns: [param('lr')] }
      return (await tracking.comparison.statistics(query)).columns[0]
    }
    for (let run = 0; run < 25; run += 1) await add(String(run * 10))
    const lr = await read()
    assert.ok(lr?.kind === 'numbers')
    assert.deepEqual([lr.count, lr.min, lr.max], [25, 0, 240])
    assert.deepEqual([...lr.histogram], [...Array<number>(23).fill(1), 2])
    await add('auto')
    assert.equal((await read())?.kind, 'texts')
  })

  it('sends again only what has changed', async () => {
    await using tracking = await openWithRuns()
    const { experimentIds } = tracking
    const query = { experimentIds, columns: [metric('acc'), metric('acc', 'max'), param('lr')], limit: 2 }
    const first = await tracking.comparison.rows({ ...query, known: { rows: '', columns: [] } })
    assert.deepEqual([first.rows.length, first.columns.length, first.delta?.changed], [2, 3, [0, 1, 2]])
    const runId = first.rows[1]?.runId ?? assert.fail()
    await tracking.runs.logBatch(runId, { metrics: series('acc', 0, 0, -1) })
    const next = await tracking.comparison.rows({ ...query, known: first.delta?.digests ?? assert.fail() })
    assert.deepEqual([next.rows, next.delta?.isSameRows, next.delta?.changed], [[], true, [0, 1]])
    assert.deepEqual(cellsOf(next.columns[0], 2), [-Infinity, -1])
    await tracking.runs.delete([runId])
    const last = await tracking.comparison.rows({ ...query, known: next.delta?.digests ?? assert.fail() })
    assert.deepEqual([last.rows.map(({ name }) => name), last.delta?.isSameRows], [['f', 'd'], false])
  })
})

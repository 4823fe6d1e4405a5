import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { stringifyJson } from '../protocol/json.ts'
import { parseRunFilter } from '../protocol/mlflow/filter.ts'
import { parseRunOrder } from '../protocol/mlflow/order-by.ts'
import { writeRun, writeWrittenRun } from '../protocol/mlflow/run-json.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import { openScratchTracking } from './scratch-tracking.ts'
import type { ScratchTracking } from './scratch-tracking.ts'
import type { SearchQuery } from './tracking.ts'

const metric = (key: string, value: number) => ({ key, value, step: 0, timestamp: 0 })
const pair = (key: string, value: string) => ({ key, value })

const parse = (text: string): unknown => JSON.parse(text)

/** All that a search gives as texts, read. */
async function readWritten({ runs }: ScratchTracking, ...asked: [readonly ExperimentId[], SearchQuery]) {
  const { parts } = await runs.searchWritten(...asked, writeWrittenRun)
  const texts: string[] = []
  for (const read of parts) texts.push(...(await read()))
  return texts
}

/** Five runs named a … e, from the oldest to the newest; a and b started together. */
async function openWithRuns() {
  const tracking = await openScratchTracking()
  const { experimentId } = await tracking.experiments.ensure('digits')
  const add = (name: string, startTime: number, batch: Parameters<ScratchTracking['addRun']>[0]) =>
    tracking.addRun({ ...batch, name, startTime, experimentId })
  const ids = {
    a: await add('a', 10, { metrics: [metric('acc', 0.5)], params: [pair('model', 'Tree')], tags: [pair('x y', '1')] }),
    b: await add('b', 10, { metrics: [metric('acc', Number.NaN)], params: [pair('model', 'tree_2')] }),
    c: await add('c', 30, { metrics: [metric('acc', 0.9), metric('loss', 1)], params: [pair('model', 'ne%t')] }),
    d: await add('d', 40, { params: [pair('model', '[a-z]*')], tags: [pair('x y', '2')] }),
    e: await add('e', 50, { metrics: [metric('acc', -Infinity), metric('loss', 1)] }),
  }
  await tracking.runs.end(ids.c, 'FINISHED', [])
  const dataset = { name: 'digits', digest: '1', sourceType: 'local', source: '{}' }
  await tracking.runs.logInputs(ids.a, { datasets: [{ dataset, tags: [pair('mlflow.data.context', 'train')] }] })
  await tracking.runs.logInputs(ids.b, { datasets: [{ dataset: { ...dataset, digest: '2' }, tags: [] }] })
  const byName: ReadonlyMap<RunId, string> = new Map(Object.entries(ids).map(([name, runId]) => [runId, name]))
  return {
    ...tracking,
    ids,
    /** The names of the runs found, in order, as one word. */
    async find(filter: string, orderBy: readonly string[] = []): Promise<string> {
      const query = { filter: parseRunFilter(filter), orderBy: parseRunOrder(orderBy) }
      const names: (string | undefined)[] = []
      // Pages of two, so that every case is a case of paging too.
      for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
        const page: Awaited<ReturnType<typeof tracking.runs.search>> = await tracking.runs.search([experimentId], {
          ...query,
          limit: 2,
          pageToken,
        })
        names.push(...page.items.map(({ runId }) => byName.get(runId)))
        pageToken = page.nextPageToken
      }
      return names.join('')
    },
    experimentId,
  }
}

/** Filters by what they find, newest first; a and b started together and follow each other by their ids. */
const filters: Record<string, string> = {
  '': 'edcab',
  'metrics.acc > 0.5': 'c',
  'metrics.acc >= 0.5': 'ca',
  'metrics.acc < 0.9': 'ea',
  'metrics.acc = 0.5': 'a',
  'metrics.acc != 0.5': 'ecb',
  'metrics.acc > -1e308': 'ca',
  'metrics.acc < 1 and metrics.loss = 1': 'ec',
  'metrics.nothing = 1': '',
  "params.model = 'tree'": '',
  "params.model LIKE 'tree%'": 'b',
  "params.model ILIKE 'tree%'": 'ab',
  "params.model LIKE 'tree__'": 'b',
  "params.model LIKE '%ree'": 'a',
  "params.model LIKE 'ne%t'": 'c',
  "params.model LIKE '[a-z]%'": 'd',
  "params.model LIKE '*'": '',
  "params.model LIKE '%*'": 'd',
  "params.model LIKE '[t]ree%'": '',
  "params.model != 'Tree'": 'dcb',
  'params.model IS NULL': 'e',
  'params.model IS NOT NULL': 'dcab',
  "tags.`x y` = '1'": 'a',
  'tags."x y" IS NOT NULL': 'da',
  "tags.mlflow.runName = 'c'": 'c',
  "attributes.status = 'FINISHED'": 'c',
  "status != 'FINISHED'": 'edab',
  "run_name LIKE '_'": 'edcab',
  "attributes.run_name ILIKE 'C'": 'c',
  'start_time >= 40': 'ed',
  'end_time > 0': 'c',
  "datasets.name = 'digits'": 'ab',
  "datasets.digest IN ('2', '3')": 'b',
  "dataset.digest NOT IN ('2')": 'a',
  "datasets.context = 'train'": 'a',
  "datasets.context LIKE 'tra%'": 'a',
}

const orders: readonly (readonly [clauses: readonly string[], found: string])[] = [
  [['metrics.acc'], 'eacbd'],
  [['metrics.acc DESC'], 'caebd'],
  [['metrics.loss', 'metrics.acc DESC'], 'ceabd'],
  [['metrics.loss DESC'], 'ecdab'],
  [['params.model'], 'adcbe'],
  [['params.model DESC'], 'bcdae'],
  [['tags.`x y` DESC'], 'daecb'],
  [['start_time'], 'abcde'],
  [['start_time DESC'], 'edcab'],
  [['end_time'], 'cedab'],
  [['run_name DESC'], 'edcba'],
  [['status', 'run_name'], 'cabde'],
]

describe('the search for runs', () => {
  it('finds by filter', async () => {
    await using tracking = await openWithRuns()
    for (const [filter, found] of Object.entries(filters)) {
      assert.equal(await tracking.find(filter), found, filter)
    }
  })

  it('orders numbers before NaN before missing values, then by start and id', async () => {
    await using tracking = await openWithRuns()
    for (const [clauses, found] of orders) {
      assert.equal(await tracking.find('', clauses), found, clauses.join())
    }
  })

  it('finds by run id', async () => {
    await using tracking = await openWithRuns()
    const { a, c } = tracking.ids
    assert.equal(await tracking.find(`run_id IN ('${a}', '${c}')`), 'ca')
    assert.equal(await tracking.find(`run_id = '${c}'`), 'c')
    assert.equal(await tracking.find(`artifact_uri LIKE '%${a}%'`), 'a')
  })

  it('sees nothing of other experiments, nor of none', async () => {
    await using tracking = await openWithRuns()
    const other = await tracking.experiments.ensure('other')
    assert.deepEqual((await tracking.runs.search([other.experimentId], { limit: 9 })).items, [])
    assert.deepEqual((await tracking.runs.search([], { limit: 9 })).items, [])
  })

  it('gives whole runs', async () => {
    await using tracking = await openWithRuns()
    const { items } = await tracking.runs.search([tracking.experimentId], { limit: 9 })
    for (const run of items) assert.deepEqual(run, await tracking.runs.get(run.runId))
  })

  it('writes whole runs as they are written alone', async () => {
    await using tracking = await openWithRuns()
    const { a } = tracking.ids
    await tracking.runs.logInputs(a, { modelIds: ['m-1'] })
    await tracking.runs.logOutputs(a, [{ modelId: 'm-2', step: 3 }])
    const items = await readWritten(tracking, [tracking.experimentId], { limit: 9 })
    const { items: runs } = await tracking.runs.search([tracking.experimentId], { limit: 9 })
    assert.equal(items.length, 5)
    assert.deepEqual(
      items.map(parse),
      runs.map((run) => parse(stringifyJson(writeRun(run)))),
    )
  })

  it('writes params and tags of any text', async () => {
    await using tracking = await openScratchTracking()
    // PostgreSQL has no texts with a zero character in them.
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .map((text) => text.replaceAll('\0', '\u0001'))
    const pairs = fc.uniqueArray(fc.record({ key: text, value: text }), { selector: ({ key }) => key, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(pairs, pairs, async (params, tags) => {
        const runId = await tracking.addRun({ params, tags })
        const run = await tracking.runs.get(runId)
        const query = { filter: parseRunFilter(`run_id = '${runId}'`), limit: 1 }
        const items = await readWritten(tracking, [run.experimentId], query)
        assert.deepEqual(items.map(parse), [parse(stringifyJson(writeRun(run)))])
      }),
      { numRuns: 60 },
    )
  })

  it('writes the runs of a large page in their order, without those that are gone when they are read', async () => {
    await using tracking = await openScratchTracking()
    const { experimentId } = await tracking.experiments.ensure('many')
    for (let startTime = 0; startTime < 600; startTime++) await tracking.addRun({ startTime, experimentId })
    const { items, nextPageToken } = await tracking.runs.search([experimentId], { limit: 599 })
    const found = await tracking.runs.searchWritten([experimentId], { limit: 599 }, ({ runId }) => runId)
    assert.equal(found.nextPageToken, nextPageToken)
    const last = items.at(-1)?.runId ?? ''
    await tracking.write(async (sql) => {
      await sql.run('delete from tags where run = (select id from runs where run_id = ?)', last)
      await sql.run('delete from runs where run_id = ?', last)
    })
    const texts = (await Promise.all(found.parts.map((read) => read()))).flat()
    assert.deepEqual(
      texts,
      items.slice(0, -1).map(({ runId }) => runId),
    )
  })

  it('writes metrics of any number, and infinity as the largest', async () => {
    await using tracking = await openScratchTracking()
    // With 0 added -0, which is lost in JSON anyway, is 0.
    const number = fc.double().map((value) => value + 0)
    const numbers = fc.array(number, { minLength: 1, maxLength: 9 })
    await fc.assert(
      fc.asyncProperty(numbers, fc.integer({ min: -9, max: Number.MAX_SAFE_INTEGER }), async (values, step) => {
        const metrics = values.map((value, index) => ({ key: `m${index}`, value, timestamp: 7, step }))
        const runId = await tracking.addRun({ metrics })
        const run = await tracking.runs.get(runId)
        const query = { filter: parseRunFilter(`run_id = '${runId}'`), limit: 1 }
        const items = await readWritten(tracking, [run.experimentId], query)
        assert.deepEqual(items.map(parse), [parse(stringifyJson(writeRun(run)))])
      }),
      { numRuns: 60, examples: [[[Infinity, -Infinity, Number.NaN, 1 / 3, 5e-324, Number.MAX_VALUE], 0]] },
    )
  })

  it('stays quick on a pattern made to track back', async () => {
    await using tracking = await openScratchTracking()
    await tracking.addRun({ tags: [pair('text', 'a'.repeat(8000))] })
    const started = performance.now()
    for (const operator of ['LIKE', 'ILIKE']) {
      const filter = parseRunFilter(`tags.text ${operator} '${'%a'.repeat(400)}%b'`)
      const { items } = await tracking.runs.search(
        (await tracking.experiments.list('ALL')).map((e) => e.experimentId),
        {
          filter,
          limit: 9,
        },
      )
      assert.deepEqual(items, [])
    }
    assert.ok(performance.now() - started < 2000)
  })

  it('refuses what would be too much', async () => {
    await using tracking = await openWithRuns()
    const tooMuch = { code: 'INVALID_PARAMETER_VALUE' } as const
    await assert.rejects(tracking.find(`params.a LIKE '${'%'.repeat(1001)}'`), tooMuch)
    await assert.rejects(tracking.find(Array.from({ length: 101 }, () => 'metrics.a > 1').join(' AND ')), tooMuch)
    await assert.rejects(
      tracking.find(
        '',
        Array.from({ length: 21 }, (_, i) => `metrics.m${i}`),
      ),
      tooMuch,
    )
    await assert.rejects(tracking.find('', ['metrics.a', 'metrics.a DESC']), tooMuch)
  })
})

describe('the list of runs', () => {
  it('shows the columns asked for and how many there are', async () => {
    await using tracking = await openWithRuns()
    await tracking.runs.logBatch(tracking.ids.d, { tags: [pair('runwright.supervisor', 'host 1')] })
    const { runs, total, nextPageToken } = await tracking.runs.list({
      experimentIds: [tracking.experimentId],
      filter: 'start_time > 10',
      orderBy: ['metrics.acc DESC'],
      columns: [
        { kind: 'metric', key: 'acc' },
        { kind: 'param', key: 'model' },
        { kind: 'tag', key: 'x y' },
      ],
      limit: 2,
    })
    assert.deepEqual(
      runs.map(({ name, values }) => [name, ...values]),
      [
        ['c', 0.9, 'ne%t', null],
        ['e', -Infinity, null, null],
      ],
    )
    assert.equal(total, 3)
    const rest = await tracking.runs.list({
      experimentIds: [tracking.experimentId],
      filter: 'start_time > 10',
      orderBy: ['metrics.acc DESC'],
      pageToken: nextPageToken ?? '',
    })
    assert.deepEqual(
      rest.runs.map(({ name, stoppable, values }) => [name, stoppable, values]),
      [['d', true, []]],
    )
    assert.deepEqual([rest.total, rest.nextPageToken], [3, undefined])
  })
})

import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import * as fc from 'fast-check'
import type { FeatureContext } from './feature-context.ts'
import { exportFeast } from './export-feast.ts'
import { parseFeatureReferences } from './feature-reference.ts'
import { getFeatures } from './get-features.ts'
import { joinFeatures, type JoinRequest } from './join-features.ts'
import { openTestFeatures, type TestFeatures } from './test-context.ts'

const declared = {
  stats: {
    entities: 'user',
    timestamp: 'since',
    ttl: '2d',
    sources: { s: 'stats.csv' },
    query: 'SELECT * FROM s',
  },
  shops: {
    entities: ['user', 'shop'],
    timestamp: 'at',
    sources: { s: 'shops.jsonl' },
    query: 'SELECT "user", shop, CAST("at" AS TIMESTAMPTZ) AS "at", clicks FROM s',
  },
}

describe('a training set', { timeout: 300_000 }, () => {
  let features: TestFeatures
  const join = async (
    words: readonly string[],
    {
      progress,
      ...changed
    }: Partial<JoinRequest & Pick<FeatureContext, 'progress'>> & { readonly entityTable: string },
    signal?: AbortSignal,
  ) => {
    const output = path.join(features.root, changed.output ?? 'train.csv')
    const context = await features.context(declared, signal)
    const result = await joinFeatures(progress === undefined ? context : { ...context, progress }, {
      features: parseFeatureReferences(words),
      timestamp: undefined,
      names: 'short',
      ...changed,
      entityTable: path.join(features.root, changed.entityTable),
      output,
    })
    return { ...result, text: changed.output === undefined ? await readFile(output, 'utf8') : '' }
  }

  before(async () => {
    features = await openTestFeatures()
    await features.write('stats.csv', 'user,since,clicks,tag\n1,2024-01-01,10,a\n1,2024-01-03,30,\n2,2024-01-02,20,b\n')
    await features.write(
      'shops.jsonl',
      [
        { user: 1, shop: 'x', at: '2024-01-01T02:00:00+02:00', clicks: 1 },
        { user: 1, shop: 'y', at: '2024-01-03T00:00:00.5Z', clicks: 2 },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    )
    await features.write(
      'labels.csv',
      'label,user,shop,event_timestamp\n' +
        '0,2,x,2024-01-02 00:00:00\n1,1,x,2024-01-01 00:00:00\n1,1,x,2024-01-01 00:00:00\n' +
        '2,1,y,2024-01-03 00:00:01\n3,1,y,2024-01-03 00:00:00\n4,,x,2024-01-03\n5,1,x,\n6,1,x,2023-12-31 23:59:59\n7,1,y,2024-01-06\n',
    )
  })
  after(() => features[Symbol.asyncDispose]())

  it('keeps the rows of the entity table and their order, and adds what held at each event time', async () => {
    const { text, rowCount, timestamp, featureSets, columns } = await join(['stats', 'shops:clicks'], {
      entityTable: 'labels.csv',
      names: 'full',
    })
    assert.equal(
      text,
      `label,user,shop,event_timestamp,stats__clicks,stats__tag,shops__clicks
0,2,x,2024-01-02 00:00:00,20,b,
1,1,x,2024-01-01 00:00:00,10,a,1
1,1,x,2024-01-01 00:00:00,10,a,1
2,1,y,2024-01-03 00:00:01,30,,2
3,1,y,2024-01-03 00:00:00,30,,
4,,x,2024-01-03 00:00:00,,,
5,1,x,,,,
6,1,x,2023-12-31 23:59:59,,,
7,1,y,2024-01-06 00:00:00,,,2
`,
    )
    assert.deepEqual([rowCount, timestamp], [9, 'event_timestamp'])
    assert.deepEqual(
      featureSets.map(({ featureSet, matchedCount }) => [featureSet, matchedCount]),
      [
        ['stats', 5],
        ['shops', 4],
      ],
    )
    assert.equal(columns.find(({ name }) => name === 'stats__clicks')?.type, 'BIGINT')
  })

  it('takes Parquet, JSON lines with times as text, and keys as a data frame has them', async () => {
    await features.write(
      'labels.jsonl',
      '{"user": 1.0, "when": "2024-01-02T23:00:00-01:00"}\n{"user": 1.5, "when": "2024-01-03T00:00:00Z"}\n{"user": null, "when": null}\n',
    )
    const request = { entityTable: 'labels.jsonl', timestamp: 'when' } as const
    const { text } = await join(['stats:clicks'], request)
    assert.deepEqual(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(',').at(-1)),
      ['clicks', '30', '', ''],
    )
    await join(['stats:clicks'], { ...request, output: 'train.parquet' })
    const again = await join(['stats:tag'], { ...request, entityTable: 'train.parquet' })
    assert.match(again.text, /^user,when,clicks,tag\n/)
    await join(['stats'], { ...request, output: 'train.jsonl' })
    const [first = ''] = (await readFile(path.join(features.root, 'train.jsonl'), 'utf8')).split('\n')
    assert.deepEqual(JSON.parse(first), { user: 1, when: '2024-01-02T23:00:00-01:00', clicks: 30, tag: null })
  })

  it('is made of an entity table of Arrow, which is not written', async () => {
    const rows = { user: new Int32Array([2, 1]), event_timestamp: [new Date('2024-01-02'), new Date('2024-01-03')] }
    await features.write('labels.arrow', tableToIPC(tableFromArrays(rows), 'file'))
    const { text } = await join(['stats:clicks'], { entityTable: 'labels.arrow' })
    const lines = text.trim().split('\n')
    assert.deepEqual(
      lines.map((line) => line.split(',').at(-1)),
      ['clicks', '20', '30'],
    )
    await assert.rejects(join(['stats'], { entityTable: 'labels.arrow', output: 'train.arrow' }), {
      code: 'INVALID_PARAMETER_VALUE',
      message: /Arrow files are only read/,
    })
  })

  it('is refused with what is wrong, and what was there before stays', async () => {
    await writeFile(path.join(features.root, 'train.csv'), 'kept')
    await features.write('keyless.csv', 'label,event_timestamp\n1,2024-01-01\n')
    await features.write('timeless.csv', 'user,shop\n1,x\n')
    await features.write('two-times.csv', 'user,a,b\n1,2024-01-01,2024-01-01\n')
    await features.write('words.csv', 'user,event_timestamp\nada,2024-01-01\n')
    await features.write('clash.csv', 'user,event_timestamp,CLICKS\n1,2024-01-01,1\n')
    await features.write('later.csv', 'user,event_timestamp\n1,2024-01-01\n2,soon\n')
    for (const [words, entityTable, error] of [
      [['stats'], 'keyless.csv', { message: /keyless\.csv has no column "user"/, hint: /label, event_timestamp/ }],
      [['stats'], 'timeless.csv', { message: /no column "event_timestamp"/, hint: /--timestamp/ }],
      [['stats'], 'two-times.csv', { message: /no column "event_timestamp"/ }],
      [['stats'], 'words.csv', { message: /key "user" holds VARCHAR, but BIGINT in the feature set/ }],
      [['stats'], 'clash.csv', { message: /"clicks" would come from feature set "stats" and from the table clash/ }],
      [['stats'], 'later.csv', { message: /later\.csv cannot be joined: invalid timestamp field format: "soon"/ }],
      [['stats', 'shops'], 'labels.csv', { hint: /--full-feature-names/, message: /from feature set "stats"\.$/ }],
      [['stats:clocks'], 'labels.csv', { message: /"stats" has no column "clocks"/, hint: 'It has clicks, tag.' }],
      [['stats:user'], 'labels.csv', { message: /no column "user"/ }],
      [['other'], 'labels.csv', { code: 'RESOURCE_DOES_NOT_EXIST', hint: 'There are: stats, shops.' }],
      [['stats'], 'none.csv', { code: 'RESOURCE_DOES_NOT_EXIST' }],
    ] as const) {
      await assert.rejects(join(words, { entityTable }), error, `${words.join(' ')} ${entityTable}`)
    }
    for (const output of ['none/train.csv', '.runwright/features.csv/..', 'train.xls']) {
      const request = { entityTable: 'labels.csv', output }
      await assert.rejects(
        join(['stats'], request),
        { code: /RESOURCE_DOES_NOT_EXIST|INVALID_PARAMETER_VALUE/ },
        output,
      )
    }
    assert.throws(() => parseFeatureReferences(['stats:']), { code: 'INVALID_PARAMETER_VALUE' })
    assert.equal(await readFile(path.join(features.root, 'train.csv'), 'utf8'), 'kept')
    await assert.rejects(join(['stats'], { entityTable: 'labels.csv' }, AbortSignal.abort()), { code: 'CANCELLED' })
    const cancel = new AbortController()
    const joining = join(
      ['stats'],
      { entityTable: 'labels.csv', progress: ({ stage }) => stage === 'join' && cancel.abort() },
      cancel.signal,
    )
    await assert.rejects(joining, { code: 'CANCELLED' })
    const left = await readdir(features.root)
    assert.deepEqual(
      left.filter((name) => name.includes('.new')),
      [],
    )
    assert.equal(await readFile(path.join(features.root, 'train.csv'), 'utf8'), 'kept')
  })

  it('is what serving gives at the same moment', async () => {
    const context = await features.context(declared)
    const words = parseFeatureReferences(['stats', 'shops'])
    const users = ['1', '2', '3']
    const moment = fc
      .integer({ min: 0, max: 7 * 24 * 60 })
      .map((minutes) => new Date(Date.UTC(2023, 11, 31, 0, minutes)).toISOString())
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...users), fc.constantFrom('x', 'y'), moment, async (user, shop, at) => {
        const served = await getFeatures(context, {
          features: words,
          entity: { user, shop },
          at,
          names: 'full',
          maxRows: 10,
        })
        await features.write('one.csv', `user,shop,event_timestamp\n${user},${shop},${at}\n`)
        const { text } = await join(['stats', 'shops'], { entityTable: 'one.csv', names: 'full' })
        const [, line = ''] = text.split('\n')
        const cells = line.split(',').toSpliced(2, 1)
        assert.deepEqual(
          served.rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell)))),
          [cells],
        )
      }),
      { numRuns: 8 },
    )
  })

  it('is served for all entities, by the keys that the sets have', async () => {
    const context = await features.context(declared)
    const request = { at: '2024-01-04', names: 'short', maxRows: 10, entity: {} } as const
    const all = await getFeatures(context, { ...request, features: parseFeatureReferences(['stats']) })
    assert.deepEqual(
      all.columns.map(({ name }) => name),
      ['user', 'clicks', 'tag'],
    )
    assert.deepEqual(all.rows, [
      [1, 30, null],
      [2, 20, 'b'],
    ])
    const get = (
      entity: Readonly<Record<string, string>>,
      words: readonly string[],
      names: 'short' | 'full' = 'full',
    ) => getFeatures(context, { ...request, names, entity, features: parseFeatureReferences(words) })
    await assert.rejects(get({}, ['stats', 'shops']), { message: /different keys/ })
    await assert.rejects(get({ user: '1' }, ['shops']), { message: 'Key "shop" is missing.' })
    await assert.rejects(get({ user: '1', shop: 'x', city: 'b' }, ['shops']), { message: 'There is no key "city".' })
    await assert.rejects(
      getFeatures(context, { ...request, maxRows: 1, features: parseFeatureReferences(['stats']) }),
      {
        message: 'There are features of 2 entities, more than 1.',
      },
    )
    await assert.rejects(get({ user: 'ada' }, ['stats']), {
      message: /cannot be found: Could not convert string 'ada'/,
    })
    await assert.rejects(get({ user: '1', shop: 'x' }, ['stats', 'shops'], 'short'), {
      message: /"clicks" would come from/,
    })
  })

  it('is exported to Feast, and no repository of somebody else is replaced', async () => {
    const context = await features.context(declared)
    const folder = path.join(features.root, 'feast')
    const request = { featureSets: ['stats', 'shops'], folder, project: 'demo' }
    const views = await exportFeast(context, request)
    assert.deepEqual(await exportFeast(context, request), views)
    const files = (await readdir(folder, { recursive: true })).toSorted()
    const tables = views.map((view) => path.normalize(view.path))
    assert.deepEqual(files, ['data', path.join('data', 'registry.db'), 'feature_store.yaml', ...tables].toSorted())
    await assert.rejects(exportFeast(context, { ...request, project: 'a b' }), { code: 'INVALID_PARAMETER_VALUE' })
    await features.write('theirs/data/registry.db', 'theirs')
    const theirs = { ...request, folder: path.join(features.root, 'theirs') }
    await assert.rejects(exportFeast(context, theirs), { code: 'RESOURCE_ALREADY_EXISTS' })
    const odd = { stats: { ...declared.stats, query: 'SELECT "user", since, {a: clicks} AS both FROM s' } }
    await assert.rejects(exportFeast(await features.context(odd), { ...request, featureSets: ['stats'] }), {
      message: /"both" holds STRUCT\(.*\), which Feast does not have/,
    })
  })
})

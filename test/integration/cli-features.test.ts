import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseFeatureSetList, parseShownFeatureSet } from '../../src/protocol/feature-versions.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

const project = `featureSets:
  user_stats:
    description: What a user clicked
    owner: ada@example.org
    entities: user_id
    timestamp: event_timestamp
    ttl: 7d
    sources:
      events: data/events.csv
    query: SELECT user_id, event_timestamp, clicks FROM events
`

describe('runwright features', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  const write = (file: string, text: string) => workspace.write(file, text)

  before(async () => {
    workspace = await openCliWorkspace()
    await mkdir(path.join(workspace.folder, 'data'))
    await write(
      'data/events.csv',
      'user_id,event_timestamp,clicks\n1,2024-01-01,10\n1,2024-01-03,30\n2,2024-01-02,20\n',
    )
    await write('labels.csv', 'user_id,event_timestamp,label\n2,2024-01-05,1\n1,2024-01-02,0\n3,2024-01-02,0\n')
    await write('runwright.yaml', project)
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('lists, builds, shows and joins, without an engine', async () => {
    const listed = await workspace.json('features', 'list')
    assert.deepEqual(listed, {
      featureSets: [
        {
          name: 'user_stats',
          entities: ['user_id'],
          owner: 'ada@example.org',
          description: 'What a user clicked',
          versionCount: 0,
        },
      ],
    })
    const [built] = asList((await workspace.json('features', 'build'))['featureSets'])
    assert.deepEqual([built?.['isNew'], built?.['featureSet']], [true, 'user_stats'])
    const [again] = asList((await workspace.json('features', 'build', 'user_stats'))['featureSets'])
    assert.deepEqual([again?.['isNew'], again?.['version']], [false, built?.['version']])
    const [{ versionCount, latest } = assert.fail()] = parseFeatureSetList(
      await workspace.json('features', 'list'),
      '',
    ).featureSets
    assert.deepEqual([versionCount, latest?.version, latest?.rowCount], [1, built?.['version'], 3])
    assert.equal(latest?.path, built?.['path'])
    const joined = await workspace.run('features', 'join', 'user_stats', '--entities', 'labels.csv', '-o', 'train.csv')
    assert.equal(joined.exitCode, 0, joined.stderr)
    assert.match(
      joined.stdout,
      /^train\.csv: 3 rows, 4 columns\n {2}user_stats [0-9a-f]{8}: features for 2 of 3 rows\n$/,
    )
    assert.equal(
      await readFile(path.join(workspace.folder, 'train.csv'), 'utf8'),
      'user_id,event_timestamp,label,clicks\n2,2024-01-05,1,20\n1,2024-01-02,0,10\n3,2024-01-02,0,\n',
    )
    const shown = await workspace.run('features', 'show', 'user_stats')
    assert.match(shown.stdout, /ttl +7 d[^]*query +SELECT user_id[^]*3 rows, current, shown below[^]*clicks +BIGINT/)
    const files = await readdir(path.join(workspace.folder, '.runwright'))
    assert.ok(!files.includes('engine.json'), 'No engine was needed.')
    assert.match(await workspace.git('status', '--short'), /\?\? runwright\.yaml/)
    assert.doesNotMatch(await workspace.git('status', '--short'), /\.runwright/)
  })

  it('says that a version is no longer of today, and builds the next one before it joins', async () => {
    const before = await workspace.json('features', 'show', 'user_stats')
    await write('data/events.csv', 'user_id,event_timestamp,clicks\n1,2024-01-01,11\n')
    const shown = await workspace.run('features', 'show', 'user_stats')
    assert.match(shown.stdout, /not built: its definition or sources have changed/)
    const got = await workspace.json('features', 'get', 'user_stats', '-e', 'user_id=1', '--at', '2024-01-02')
    assert.deepEqual(got['rows'], [{ user_id: 1, clicks: 11 }])
    const now = await workspace.json('features', 'show', 'user_stats')
    assert.notEqual(now['current'], before['current'])
    assert.equal(parseShownFeatureSet(now, '').versions.length, 2)
    const earlier = await workspace.json(
      'features',
      'show',
      'user_stats',
      '--version',
      String(before['current']).slice(0, 8),
    )
    assert.equal(isRecord(earlier['shown']) && earlier['shown']['version'], before['current'])
  })

  it('serves what held at a moment, and nothing past the ttl', async () => {
    for (const [at, clicks] of [
      ['2024-01-08T00:00:00Z', 11],
      ['2024-01-08T01:00:00+01:00', 11],
      ['2024-01-08T00:00:01', null],
      ['2023-12-31T23:59:59.999999Z', null],
    ] as const) {
      const got = await workspace.json('features', 'get', 'user_stats', '--entity', 'user_id=1', '--at', at)
      assert.deepEqual(got['rows'], [{ user_id: 1, clicks }], at)
    }
    const table = await workspace.run('features', 'get', 'user_stats', '--full-feature-names', '--at', '2024-01-02')
    assert.match(table.stdout, /^user_id +user_stats__clicks\n1 +11\n$/)
  })

  it('exports to Feast', async () => {
    const exported = await workspace.json('features', 'export', 'repo', '--project', 'demo')
    const [view] = asList(exported['featureViews'])
    assert.match(String(view?.['path']), /^data\/user_stats-[0-9a-f]{12}\.parquet$/)
    assert.deepEqual((await readdir(path.join(workspace.folder, 'repo'))).toSorted(), ['data', 'feature_store.yaml'])
  })

  it('says what is wrong, with the exit code for it', async () => {
    for (const [words, exitCode, message] of [
      [['build', 'nothing'], 3, /no feature set "nothing" in runwright\.yaml[^]*There are: user_stats/],
      [['build', '--memory', 'much'], 2, /--memory much is no size/],
      [['join', 'user_stats', '--output', 'a.csv'], 2, /--entities is missing/],
      [['join', 'user_stats', '--entities', 'labels.csv'], 2, /--output is missing/],
      [['join', 'user_stats', '--entities', 'gone.csv', '--output', 'a.csv'], 3, /There is no table .*gone\.csv/],
      [['join', 'user_stats', '--entities', 'labels.csv', '--output', 'a.xls'], 2, /a\.xls is not told by its ending/],
      [['get', 'user_stats', '--at', 'noon'], 2, /--at noon is no time/],
      [['get', 'user_stats', '--entity', 'user_id'], 2, /is no KEY=VALUE/],
      [['show', 'user_stats', '--version', 'ffff0000ffff'], 3, /no version ffff0000ffff/],
      [['export', '.', '--project', 'a b'], 2, /no name of a Feast project/],
    ] as const) {
      const ended = await workspace.run('features', ...words)
      assert.equal(ended.exitCode, exitCode, `${words.join(' ')}: ${ended.stderr}`)
      assert.match(ended.stderr, message)
    }
    const error = await workspace.run('features', 'build', 'nothing', '--json')
    assert.equal(isRecord(JSON.parse(error.stderr)), true)
  })

  it('runs nothing of a repository that was opened, and follows no link of its own out of it', async () => {
    await symlink('/etc/passwd', path.join(workspace.folder, 'data/passwd.csv'))
    const script = JSON.stringify([process.execPath, '-e', 'require("fs").writeFileSync("ran", "")'])
    await write(
      'runwright.yaml',
      `${project.replace('data/events.csv', 'data/passwd.csv')}
  script:
    entities: a
    timestamp: b
    script: ${script}
`,
    )
    assert.equal((await workspace.run('features', 'list')).exitCode, 0)
    assert.equal((await workspace.run('features', 'show', 'script')).exitCode, 0)
    assert.ok(!(await readdir(workspace.folder)).includes('ran'))
    const refused = await workspace.run('features', 'build', 'user_stats')
    assert.deepEqual([refused.exitCode, refused.stdout], [1, ''])
    assert.match(refused.stderr, /data\/passwd\.csv leads out of the repository, to \/etc\/passwd/)
  })

  it('leaves nothing half, and no process, when it is interrupted', async () => {
    await write(
      'runwright.yaml',
      `featureSets:
  slow:
    entities: a
    timestamp: b
    script: ${JSON.stringify([process.execPath, '-e', 'console.log("pid", process.pid); setInterval(() => {}, 1000)'])}
`,
    )
    const building = workspace.start(['features', 'build', 'slow'])
    const pid = Number((await building.line('pid')).split(' ')[1])
    building.process.kill('SIGINT')
    const { exitCode } = await building.finished
    assert.equal(exitCode, 130)
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
    assert.deepEqual(await readdir(path.join(workspace.folder, '.runwright/features/slow')), [])
  })
})

function asList(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  assert.ok(Array.isArray(value))
  return value.filter(isRecord)
}

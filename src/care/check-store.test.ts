import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { scratchServerVariable } from '../store/scratch-store.ts'
import type { ScratchStore } from './scratch-store.ts'
import { bytesOf, folderOf, openScratchStore, scratchMigrations } from './scratch-store.ts'
import { checkStore } from './check-store.ts'

function check({ dataFolder, storeUrl }: ScratchStore) {
  const options = { ...folderOf(dataFolder), storeUrl, migrations: scratchMigrations }
  return checkStore({ ...options, signal: new AbortController().signal })
}

/** Turns one bit of the file around, at the first place where the bytes stand. */
async function flipBit(path: string, after: Uint8Array): Promise<void> {
  const bytes = await readFile(path)
  const at = bytes.indexOf(after)
  assert.notEqual(at, -1)
  bytes[at + after.length - 1] = (bytes[at + after.length - 1] ?? 0) ^ 1
  await writeFile(path, bytes)
}

const isOnServer = process.env[scratchServerVariable] !== undefined
const inFile = { skip: isOnServer && 'it is about a file' }

describe('the check of a store', () => {
  it('names what a server does not look at', { skip: !isOnServer && 'it is about a server' }, async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun(5000)
    await store.addRun(5000)
    await store.database.write(async (sql) => {
      const first = 'id = (select min(id) from chunk_data)'
      await sql.run(`update chunk_data set points = set_byte(points, 60, get_byte(points, 60) # 1) where ${first}`)
      await sql.run('delete from series where id = (select max(id) from series)')
    })
    const { findings } = await check(store)
    assert.deepEqual(findings[0], {
      kind: 'metric',
      subject: `loss of run ${runId}`,
      problem: 'the points of chunk 1 are missing or damaged',
    })
    assert.deepEqual(
      findings.slice(1).map(({ problem }) => problem.replace(/^\d+/, 'some')),
      ['some rows of points belong to no metric', 'some rows of chunks belong to no metric'],
    )
  })

  it('finds nothing in one that is as it was written, while it is in use', async () => {
    await using store = await openScratchStore()
    await store.addRun(10_000)
    await store.addRun(3)
    const { findings, seriesCount, pointCount } = await check(store)
    assert.deepEqual(findings, [])
    assert.deepEqual([seriesCount, pointCount], [2, 10_003])
  })

  it('finds nothing after points that came late, special values and a run that is deleted', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun(5000)
    const late = Array.from({ length: 900 }, (_, index) => ({ key: 'loss', step: index, timestamp: 7, value: index }))
    await store.tracking.runs.logBatch(runId, { metrics: late })
    const special = [Number.NaN, Infinity, -Infinity].map((value, step) => ({ key: 'odd', step, timestamp: 1, value }))
    await store.tracking.runs.logBatch(runId, { metrics: special })
    await store.tracking.runs.delete([runId])
    assert.deepEqual((await check(store)).findings, [])
  })

  it('names the metric whose points have a flipped bit', inFile, async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun(5000)
    const [chunk] = await store.database.read((sql) => sql.all('select points from chunk_data order by id limit 1'))
    const stored = chunk?.['points']
    assert.ok(stored instanceof Uint8Array)
    await store.close()
    await flipBit(join(store.dataFolder, 'store.db'), stored.slice(8 + 16 + 16, 8 + 16 + 16 + 40))
    const { findings } = await check(store)
    assert.deepEqual(findings, [
      {
        kind: 'metric',
        subject: `loss of run ${runId}`,
        problem: 'the points of chunk 1 are missing or damaged',
      },
    ])
  })

  it('names the index that does not say what its table says', inFile, async () => {
    await using store = await openScratchStore()
    await store.addRun()
    await store.database.write((sql) => sql.run(`update params set value = 'unmistakable'`))
    await store.close()
    await flipBit(join(store.dataFolder, 'store.db'), Buffer.from('unmistakable'))
    const { findings } = await check(store)
    assert.match(findings.map(({ kind, problem }) => `${kind} ${problem}`).join('\n'), /^database .*params_by_value/m)
  })

  it('says so when rows name what is not there', inFile, async () => {
    await using store = await openScratchStore()
    await store.addRun()
    await store.close()
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    using database = new DatabaseSync(join(store.dataFolder, 'store.db'), { enableForeignKeyConstraints: false })
    database.exec('delete from runs')
    const { findings } = await check(store)
    assert.match(findings.map(({ problem }) => problem).join('\n'), /of params names none of runs/)
  })

  it('names a row of a pyramid that does not sum up, and a latest value that is not the latest', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun(5000)
    await store.database.write((sql) => sql.run('update chunks set max = 7 where level = 1 and step = 0'))
    await store.database.write((sql) => sql.run('update series set step = 17'))
    const { findings } = await check(store)
    assert.deepEqual(
      findings.map(({ subject, problem }) => [subject, problem]),
      [
        [`loss of run ${runId}`, 'row 1 of level 1 does not sum up what lies below it'],
        [`loss of run ${runId}`, 'its row does not name the latest point'],
      ],
    )
  })

  it('reports a file whose header is garbage instead of failing', inFile, async () => {
    await using store = await openScratchStore()
    await store.addRun()
    await store.close()
    const path = join(store.dataFolder, 'store.db')
    await writeFile(path, Buffer.concat([Buffer.alloc(100, 0xff), (await readFile(path)).subarray(100)]))
    const { findings } = await check(store)
    assert.deepEqual(
      findings.map(({ kind, subject }) => [kind, subject]),
      [['database', path]],
    )
  })

  it('names the files of a model version and the table that are missing, and who names them', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    await store.artifacts.write(`0/${runId}/artifacts/eval.json`, bytesOf('{}'))
    await store.tracking.runs.logBatch(runId, {
      tags: [{ key: 'mlflow.loggedArtifacts', value: JSON.stringify([{ path: 'eval.json', type: 'table' }]) }],
    })
    await store.registry.versions.register({ name: 'digits', source: `runs:/${runId}/model`, runId }, undefined)
    const before = await check(store)
    assert.deepEqual([before.findings, before.artifactCount], [[], 2])
    await rm(join(store.dataFolder, 'artifacts', '0', runId, 'artifacts'), { recursive: true })
    assert.deepEqual((await check(store)).findings, [
      {
        kind: 'artifact',
        subject: `0/${runId}/artifacts/eval.json`,
        problem: `is missing; run ${runId} names it`,
      },
      {
        kind: 'artifact',
        subject: `0/${runId}/artifacts/model`,
        problem: 'is missing; version 1 of digits names it',
      },
    ])
  })

  it('names the log of a job that is shorter than what was written of it', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    await store.artifacts.write(`0/${runId}/artifacts/logs/output.log`, bytesOf('epoch 1\n'))
    await store.database.write(async (sql) => {
      await sql.run(
        `insert into jobs (id, job_id, launch_key, run_id, experiment_id, name, spec, created_at, phase, is_doubtful,
           is_cancel_requested, retries_left) values (1, 'j-1', 'k', ?, '0', 'n', '{}', 1, 'ended', 0, 0, 0)`,
        runId,
      )
      await sql.run(`insert into job_attempts (job, number, gpus, log_offset) values (1, 2, '[]', 20)`)
    })
    assert.deepEqual(
      (await check(store)).findings.map(({ problem }) => problem),
      ['has 8 bytes; job j-1 has written 20'],
    )
  })

  it('is refused where there is no store', inFile, async () => {
    await using store = await openScratchStore()
    await assert.rejects(check({ ...store, dataFolder: join(store.dataFolder, 'none') }), {
      code: 'RESOURCE_DOES_NOT_EXIST',
    })
  })
})

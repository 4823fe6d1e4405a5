import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { dataFiles } from '../protocol/data-folder.ts'
import { openSqlite } from '../store/sqlite.ts'
import { createTracking } from '../tracking/create-tracking.ts'
import { loadArtifactPlace, writeArtifactPlace } from '../tracking/artifact-place.ts'
import { backUp, type BackUpOptions } from './back-up.ts'
import { checkStore } from './check-store.ts'
import { bytesOf, folderOf, openScratchStore, type ScratchStore, scratchMigrations } from './scratch-store.ts'
import { verifyBackup } from './verify-backup.ts'

function back(store: ScratchStore, given: Partial<BackUpOptions> = {}) {
  return backUp({
    dataFolder: store.dataFolder,
    target: join(store.dataFolder, 'backup'),
    migrations: scratchMigrations,
    version: '0.1.0',
    now: 0,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...given,
  })
}

const quiet = { signal: new AbortController().signal, onProgress: () => {} }

/** What lies beside the data of the store. */
async function leftovers({ dataFolder }: ScratchStore): Promise<string[]> {
  const ours = new Set<string>([
    dataFiles.store,
    `${dataFiles.store}-wal`,
    `${dataFiles.store}-shm`,
    dataFiles.artifacts,
  ])
  return (await readdir(dataFolder)).filter((name) => !ours.has(name))
}

describe('a backup', () => {
  it('holds the runs and artifacts of a store that is in use, and says how many', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun(3000)
    const note = await back(store)
    assert.equal(note.artifactCount, 1)
    const target = join(store.dataFolder, 'backup')
    assert.equal(
      await readFile(join(target, 'artifacts', '0', runId, 'artifacts/model/MLmodel'), 'utf8'),
      'flavors: {}\n',
    )
    assert.deepEqual(await verifyBackup(target, quiet), [])
    const check = await checkStore({ ...folderOf(target), migrations: scratchMigrations, signal: quiet.signal })
    assert.deepEqual([check.findings, check.pointCount], [[], 3000])
    assert.deepEqual(await leftovers(store), ['backup'])
  })

  it('leaves artifacts that are in a bucket there, and notes the bucket', async () => {
    await using store = await openScratchStore()
    await store.addRun(3)
    await writeArtifactPlace(store.dataFolder, 's3://team/runs')
    const note = await back(store)
    const target = join(store.dataFolder, 'backup')
    assert.deepEqual([note.artifactCount, await loadArtifactPlace(target)], [0, 's3://team/runs'])
    assert.deepEqual(await verifyBackup(target, quiet), [])
  })

  it('holds a database and artifacts of many blocks', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    const large = Buffer.alloc(5_000_000, 'large ')
    await store.artifacts.write(`0/${runId}/artifacts/large.bin`, bytesOf(large.toString()))
    await store.database.write((sql) => sql.run('update params set value = ?', 'x'.repeat(3_000_000)))
    const note = await back(store)
    assert.ok(note.storeBytes > 3_000_000)
    assert.equal(note.artifactBytes, 5_000_012)
    const target = join(store.dataFolder, 'backup')
    assert.deepEqual(await verifyBackup(target, quiet), [])
    assert.ok(large.equals(await readFile(join(target, 'artifacts', '0', runId, 'artifacts/large.bin'))))
  })

  it('has each batch whole, or not at all, that was written while it was made', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun(0)
    const done = new AbortController()
    const write = async () => {
      for (let step = 0; !done.signal.aborted; step++) {
        const metrics = Array.from({ length: 100 }, (_, index) => ({
          key: `m${index}`,
          step,
          timestamp: 1,
          value: step,
        }))
        await store.tracking.runs.logBatch(runId, { metrics })
        await store.artifacts.write(`0/${runId}/artifacts/step-${step}.txt`, bytesOf(String(step)))
      }
    }
    const writing = write()
    const target = join(store.dataFolder, 'backup')
    await back(store, { target }).finally(() => done.abort())
    await writing
    assert.deepEqual(await verifyBackup(target, quiet), [])
    await using database = await openSqlite({ path: join(target, 'store.db'), migrations: scratchMigrations })
    const { runs } = createTracking({
      database,
      changed: () => {},
      now: () => 0,
      randomBytes: (n) => new Uint8Array(n),
    })
    const [first, last] = await Promise.all(
      ['m0', 'm99'].map(async (key) => (await runs.metricHistory(runId, key)).items),
    )
    assert.deepEqual(first, last)
  })

  it('leaves nothing behind when it is cancelled', async () => {
    await using store = await openScratchStore()
    await store.addRun()
    const cancelling = new AbortController()
    const backup = back(store, { signal: cancelling.signal, onProgress: () => cancelling.abort() })
    await store.addRun()
    await assert.rejects(backup, { code: 'CANCELLED' })
    assert.deepEqual(await leftovers(store), [])
  })

  it('overwrites nothing', async () => {
    await using store = await openScratchStore()
    await store.addRun()
    await back(store)
    await assert.rejects(back(store), { code: 'RESOURCE_ALREADY_EXISTS' })
  })

  it('begins anew where one was killed', async () => {
    await using store = await openScratchStore()
    await store.addRun()
    const partial = join(store.dataFolder, '.backup.partial')
    await mkdir(partial)
    await writeFile(join(partial, 'store.db'), 'half of it')
    await back(store)
    assert.deepEqual(await verifyBackup(join(store.dataFolder, 'backup'), quiet), [])
  })

  it('is not made of a damaged store', async () => {
    await using store = await openScratchStore()
    await store.addRun(5000)
    await store.database.write((sql) => sql.run('update chunks set count = 7 where level = 0 and step = 0'))
    await assert.rejects(back(store), { code: 'STORAGE_DAMAGED', message: /chunk 1 does not hold/ })
    assert.deepEqual(await leftovers(store), [])
  })

  it('is known by its hashes not to be whole: which file is missing, and which is another', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    await store.artifacts.write(`0/${runId}/artifacts/b.txt`, bytesOf('b'))
    await back(store)
    const artifacts = join(store.dataFolder, 'backup', 'artifacts', '0', runId, 'artifacts')
    await rm(join(artifacts, 'b.txt'))
    await writeFile(join(artifacts, 'model/MLmodel'), 'flavors: {]\n')
    const findings = await verifyBackup(join(store.dataFolder, 'backup'), quiet)
    assert.deepEqual(findings.map(({ subject, problem }) => `${subject} ${problem}`).toSorted(), [
      `artifacts/0/${runId}/artifacts/b.txt is missing`,
      `artifacts/0/${runId}/artifacts/model/MLmodel is not what was backed up`,
    ])
  })
})

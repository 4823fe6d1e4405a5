import assert from 'node:assert/strict'
import { mkdtemp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openLock } from '../store/lock.ts'
import { loadArtifactPlace, writeArtifactPlace } from '../tracking/artifact-place.ts'
import { backUp } from './back-up.ts'
import { checkStore } from './check-store.ts'
import { finishRestore, planRestore } from './finish-restore.ts'
import { restore, type RestoreOptions } from './restore.ts'
import { folderOf, openScratchStore, scratchMigrations } from './scratch-store.ts'

const { signal } = new AbortController()

interface Backup extends AsyncDisposable {
  readonly folder: string
  readonly runId: string
  /** Empty. */
  readonly dataFolder: string
  restore(given?: Partial<RestoreOptions>): ReturnType<typeof restore>
}

async function makeBackup(): Promise<Backup> {
  const root = await mkdtemp(join(tmpdir(), 'runwright-restore-'))
  await using store = await openScratchStore()
  const runId = await store.addRun(2000)
  const [folder, dataFolder] = [join(root, 'backup'), join(root, 'data')]
  await mkdir(dataFolder)
  const common = { migrations: scratchMigrations, signal, onProgress: () => {} }
  await backUp({ dataFolder: store.dataFolder, target: folder, version: '0.1.0', now: 5, ...common })
  return {
    folder,
    runId,
    dataFolder,
    restore: (given) => restore({ backup: folder, dataFolder, isForced: false, now: 9, ...common, ...given }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/** A store of another kind, so that it can be told which one is there. */
async function putOther(dataFolder: string): Promise<void> {
  for (const name of ['store.db', 'store.db-wal']) await writeFile(join(dataFolder, name), `old ${name}`)
  await mkdir(join(dataFolder, 'artifacts'))
  await writeFile(join(dataFolder, 'artifacts', 'old.txt'), 'old')
}

async function assertRestored({ dataFolder, runId }: Backup): Promise<void> {
  const check = await checkStore({ ...folderOf(dataFolder), migrations: scratchMigrations, signal })
  assert.deepEqual([check.findings, check.pointCount], [[], 2000])
  const model = join(dataFolder, 'artifacts', '0', runId, 'artifacts', 'model', 'MLmodel')
  assert.equal(await readFile(model, 'utf8'), 'flavors: {}\n')
}

async function assertKept(folder: string): Promise<void> {
  assert.deepEqual((await readdir(folder)).toSorted(), ['artifacts', 'store.db', 'store.db-wal'])
  assert.equal(await readFile(join(folder, 'store.db-wal'), 'utf8'), 'old store.db-wal')
  assert.deepEqual(await readdir(join(folder, 'artifacts')), ['old.txt'])
}

describe('a restore', () => {
  it('brings runs and artifacts to an empty folder', async () => {
    await using backup = await makeBackup()
    const { keptFolder, note } = await backup.restore()
    assert.deepEqual([keptFolder, note.createdAt], [null, 5])
    await assertRestored(backup)
  })

  it('is refused where there is a store, which stays as it is', async () => {
    await using backup = await makeBackup()
    await putOther(backup.dataFolder)
    await assert.rejects(backup.restore(), { code: 'RESOURCE_ALREADY_EXISTS', hint: /--force/ })
    assert.equal(await readFile(join(backup.dataFolder, 'store.db'), 'utf8'), 'old store.db')
  })

  it('keeps beside what was there when it is forced', async () => {
    await using backup = await makeBackup()
    await putOther(backup.dataFolder)
    const { keptFolder } = await backup.restore({ isForced: true })
    await assertRestored(backup)
    assert.equal(keptFolder, join(backup.dataFolder, 'replaced-1970-01-01T00-00-00.009Z'))
    await assertKept(keptFolder)
  })

  it('notes the bucket that has the artifacts again, or that none has them any more', async () => {
    await using backup = await makeBackup()
    await putOther(backup.dataFolder)
    await writeArtifactPlace(backup.dataFolder, 's3://team/old')
    await backup.restore({ isForced: true })
    assert.equal(await loadArtifactPlace(backup.dataFolder), undefined)
    await writeArtifactPlace(backup.folder, 's3://team/runs')
    const { keptFolder } = await backup.restore({ isForced: true, now: 10 })
    assert.equal(await loadArtifactPlace(backup.dataFolder), 's3://team/runs')
    await writeArtifactPlace(backup.folder, 's3://team/other')
    const { keptFolder: keptLater } = await backup.restore({ isForced: true, now: 11 })
    assert.equal(await loadArtifactPlace(backup.dataFolder), 's3://team/other')
    assert.deepEqual(
      [await loadArtifactPlace(keptFolder ?? ''), await loadArtifactPlace(keptLater ?? '')],
      [undefined, 's3://team/runs'],
    )
  })

  it('is refused while an engine has the folder', async () => {
    await using backup = await makeBackup()
    using _lock = openLock(join(backup.dataFolder, 'engine.lock'))
    await assert.rejects(backup.restore(), { code: 'INVALID_STATE', hint: /runwright engine stop/ })
  })

  for (const [what, harm] of Object.entries({
    'an artifact that has changed': (folder: string, runId: string) =>
      writeFile(join(folder, 'artifacts', '0', runId, 'artifacts', 'model', 'MLmodel'), 'flavors: []\n'),
    'an artifact that is gone': (folder: string, runId: string) =>
      rm(join(folder, 'artifacts', '0', runId, 'artifacts', 'model', 'MLmodel')),
    'a list that names a file outside': async (folder: string) => {
      const line = JSON.stringify({ path: '../../x', sizeBytes: 1, sha256: '' })
      await writeFile(join(folder, 'artifacts.jsonl'), `${line}\n`)
    },
    'a database that has changed': async (folder: string) => {
      const bytes = await readFile(join(folder, 'store.db'))
      await writeFile(join(folder, 'store.db'), bytes.with(bytes.length - 1, 0xaa))
    },
  })) {
    it(`of ${what} changes nothing`, async () => {
      await using backup = await makeBackup()
      await putOther(backup.dataFolder)
      await harm(backup.folder, backup.runId)
      await assert.rejects(backup.restore({ isForced: true }), { code: 'STORAGE_DAMAGED' })
      assert.equal(await readFile(join(backup.dataFolder, 'store.db'), 'utf8'), 'old store.db')
      assert.deepEqual((await readdir(backup.dataFolder)).toSorted(), [
        'artifacts',
        'engine.lock',
        'store.db',
        'store.db-wal',
      ])
    })
  }

  it('that was cancelled changes nothing', async () => {
    await using backup = await makeBackup()
    const cancelling = new AbortController()
    const restoring = backup.restore({ signal: cancelling.signal, onProgress: () => cancelling.abort() })
    await assert.rejects(restoring, { code: 'CANCELLED' })
    assert.deepEqual(await readdir(backup.dataFolder), ['engine.lock'])
  })

  it('is no backup without its note', async () => {
    await using backup = await makeBackup()
    await assert.rejects(backup.restore({ backup: backup.dataFolder }), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})

describe('a restore that was killed', () => {
  const kept = 'replaced-now'
  const steps: readonly (readonly [string, string])[] = [
    ['artifacts', `${kept}/artifacts`],
    ['restoring/artifacts', 'artifacts'],
    ['store.db-wal', `${kept}/store.db-wal`],
    ['store.db', `${kept}/store.db`],
    ['restoring/store.db', 'store.db'],
  ]

  for (const done of [0, 1, 2, 3, 4, 5]) {
    it(`after ${done} of its renames is ended by the next that has the folder`, async () => {
      await using backup = await makeBackup()
      const { dataFolder } = backup
      // Takes what it would have brought from a restore that has ended.
      await backup.restore()
      await mkdir(join(dataFolder, 'restoring'))
      for (const name of ['store.db', 'artifacts'])
        await rename(join(dataFolder, name), join(dataFolder, 'restoring', name))
      await putOther(dataFolder)
      await planRestore(dataFolder, kept)
      if (done > 0) await mkdir(join(dataFolder, kept))
      for (const [from, to] of steps.slice(0, done)) await rename(join(dataFolder, from), join(dataFolder, to))
      assert.equal(await finishRestore(dataFolder), join(dataFolder, kept))
      await assertRestored(backup)
      await assertKept(join(dataFolder, kept))
      assert.equal(await finishRestore(dataFolder), undefined)
    })
  }

  it('before all was there is taken away', async () => {
    await using backup = await makeBackup()
    await putOther(backup.dataFolder)
    await mkdir(join(backup.dataFolder, 'restoring'))
    await writeFile(join(backup.dataFolder, 'restoring', 'store.db'), 'half')
    assert.equal(await finishRestore(backup.dataFolder), undefined)
    assert.deepEqual((await readdir(backup.dataFolder)).toSorted(), ['artifacts', 'store.db', 'store.db-wal'])
    assert.equal(await readFile(join(backup.dataFolder, 'store.db'), 'utf8'), 'old store.db')
  })

  it('moves nothing through a link that somebody has put where the old store goes', async () => {
    await using backup = await makeBackup()
    const { dataFolder } = backup
    await putOther(dataFolder)
    await mkdir(join(dataFolder, 'restoring', 'artifacts'), { recursive: true })
    await planRestore(dataFolder, kept)
    await symlink(backup.folder, join(dataFolder, kept))
    await assert.rejects(finishRestore(dataFolder))
    assert.equal(await readFile(join(dataFolder, 'artifacts', 'old.txt'), 'utf8'), 'old')
  })
})

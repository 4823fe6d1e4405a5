import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { useTemporaryFolder } from '../../../test/integration/use-temporary-folder.ts'
import { previewTable } from '../table-preview.ts'
import { writeTable } from './write-table.ts'

let folder: string
let pipe: string
let temporary: Disposable
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-table-process-'))
  // Other tests read tables at the same time.
  temporary = useTemporaryFolder(folder)
  // Whoever reads it waits for a writer, who never comes.
  pipe = join(folder, 'endless.csv')
  execFileSync('mkfifo', [pipe])
})
after(async () => {
  temporary[Symbol.dispose]()
  await rm(folder, { recursive: true, force: true })
})

/** A question without an end. */
function askEndless(signal: AbortSignal): Promise<unknown> {
  return previewTable({ path: pipe, name: 'endless.csv' }, 1, { signal })
}

/** The process that reads, once it does. */
async function findReader(): Promise<number> {
  for (;;) {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)])
    const pid = /^\s*(\d+) .*duckdb\/worker/m.exec(stdout)?.[1]
    if (pid !== undefined) return Number(pid)
    await delay(20)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function listScratch(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => /^runwright-table-\w{6}$/.test(name))
}

describe('the process that reads tables', () => {
  it('is gone, with its files, when the question is cancelled', async () => {
    const before = await listScratch()
    const cancel = new AbortController()
    const asked = askEndless(cancel.signal)
    asked.catch(() => undefined)
    const pid = await findReader()
    assert.notDeepEqual(await listScratch(), before)
    cancel.abort()
    await assert.rejects(asked, { code: 'CANCELLED' })
    assert.equal(isAlive(pid), false)
    assert.deepEqual(await listScratch(), before)
  })

  it('is not started for a question that was cancelled before', async () => {
    await assert.rejects(askEndless(AbortSignal.abort()), { code: 'CANCELLED' })
  })

  it('may be killed, and the question fails with the reason', async () => {
    const asked = askEndless(new AbortController().signal)
    asked.catch(() => undefined)
    process.kill(await findReader(), 'SIGKILL')
    await assert.rejects(asked, {
      code: 'INVALID_STATE',
      message: 'The process that holds DuckDB ended by itself (SIGKILL).',
    })
  })

  it('ends when the one that asked is killed', async () => {
    const asker = `import { previewTable } from ${JSON.stringify(new URL('../table-preview.ts', import.meta.url).href)}
      const file = { path: ${JSON.stringify(pipe)}, name: 'endless.csv' }
      void previewTable(file, 1, { signal: new AbortController().signal })
      setInterval(() => undefined, 1000)`
    const path = join(folder, 'asker.ts')
    await writeFile(path, asker)
    // Whoever is killed leaves its files: here, where they are removed with the rest.
    const child = execFile(process.execPath, [path], { env: { ...process.env, TMPDIR: folder } })
    child.on('error', () => undefined)
    const reader = await findGrandchild(child.pid ?? assert.fail())
    child.kill('SIGKILL')
    while (isAlive(reader)) await delay(20)
  })
})

async function findGrandchild(parent: number): Promise<number> {
  for (;;) {
    const found = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(parent)]).catch(() => undefined)
    const pid = /\d+/.exec(found?.stdout ?? '')?.[0]
    if (pid !== undefined) return Number(pid)
    await delay(20)
  }
}

describe('the preview of a table', () => {
  it('has its first rows, and what its columns hold', async () => {
    const path = join(folder, 'people.parquet')
    const columns = "i AS id, CASE WHEN i % 2 = 0 THEN 'even' END AS kind, i / 4 AS x, [i] AS list"
    await writeTable(path, `SELECT ${columns} FROM range(1000) r(i)`, 'FORMAT parquet')
    const preview = await previewTable({ name: 'people.parquet', path }, 2, { signal: new AbortController().signal })
    assert.deepEqual([preview.rowCount, preview.columnCount], [1000, 4])
    assert.deepEqual(preview.rows, [
      ['0', 'even', '0.0', '[0]'],
      ['1', null, '0.25', '[1]'],
    ])
    const [id, kind, x, list] = preview.columns
    assert.deepEqual([id?.type, id?.min, id?.max, id?.mean], ['BIGINT', 0, 999, 499.5])
    assert.equal(id?.distinctCount, 1000)
    assert.deepEqual(
      [kind?.nullCount, kind?.distinctCount, kind?.distribution],
      [500, 1, { shape: 'categories', values: ['even'], counts: [500], others: 0 }],
    )
    assert.ok(x?.distribution?.shape === 'histogram')
    assert.deepEqual(
      x.distribution.counts.reduce((sum, count) => sum + count, 0),
      1000,
    )
    assert.deepEqual(
      [list?.type, list?.min, list?.distinctCount, list?.distribution],
      ['BIGINT[]', null, null, undefined],
    )
  })

  it('is refused for what is no table', async () => {
    const { signal } = new AbortController()
    await assert.rejects(previewTable({ name: 'a.png', path: '/a.png' }, 1, { signal }), { code: 'BAD_REQUEST' })
  })
})

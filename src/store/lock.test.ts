import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openLock } from './lock.ts'

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'runwright-lock-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

const holder = `
  import { openLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)}
  const lock = openLock(process.argv[1])
  console.log(lock === undefined ? 'refused' : 'held')
  if (lock !== undefined) setInterval(() => lock, 1e6)
`

describe('the lock of a data folder', () => {
  it('is held by one at a time, in one process too', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'engine.lock')
    const first = openLock(path)
    assert.ok(first)
    assert.equal(openLock(path), undefined)
    first[Symbol.dispose]()
    using second = openLock(path)
    assert.ok(second)
  })

  it('is released by the system when its holder is killed', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'engine.lock')
    const child = spawn(process.execPath, ['--input-type=module', '--eval', holder, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = await once(child.stdout, 'data')
    assert.equal(String(said).trim(), 'held')
    assert.equal(openLock(path), undefined)
    child.kill('SIGKILL')
    await once(child, 'exit')
    using lock = openLock(path)
    assert.ok(lock)
  })

  it('says which file cannot be made', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'missing', 'engine.lock')
    assert.throws(() => openLock(path), {
      code: 'STORAGE_READ_ONLY',
      message: /missing\/engine\.lock cannot be written/,
    })
  })
})

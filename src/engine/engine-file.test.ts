import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { loadOwnEngineFile, writeEngineFile } from './engine-file.ts'

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'runwright-engine-file-'))
  return { path, file: join(path, 'engine.json'), [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

const content = { pid: 42, port: 40123, token: 'ab'.repeat(32), version: '0.1.0' }

describe('the engine file', () => {
  it('is read back as it was written, closed to others, with nothing left beside it', async () => {
    await using folder = await temporaryFolder()
    const umask = process.umask(0o777)
    try {
      await writeEngineFile(folder.file, content)
    } finally {
      process.umask(umask)
    }
    assert.deepEqual(await loadOwnEngineFile(folder.file), content)
    assert.equal((await stat(folder.file)).mode & 0o777, 0o600)
    assert.deepEqual(await readdir(folder.path), ['engine.json'])
  })

  it('replaces the one before it', async () => {
    await using folder = await temporaryFolder()
    await writeEngineFile(folder.file, content)
    await writeEngineFile(folder.file, { ...content, pid: 43 })
    assert.equal((await loadOwnEngineFile(folder.file))?.pid, 43)
  })

  it('is not believed when others may read it', async () => {
    await using folder = await temporaryFolder()
    await writeEngineFile(folder.file, content)
    await chmod(folder.file, 0o644)
    assert.equal(await loadOwnEngineFile(folder.file), undefined)
  })

  it('is not believed through a symbolic link', async () => {
    await using folder = await temporaryFolder()
    const target = join(folder.path, 'elsewhere.json')
    await writeEngineFile(folder.file, content)
    await rename(folder.file, target)
    await symlink(target, folder.file)
    assert.equal(await loadOwnEngineFile(folder.file), undefined)
  })

  for (const [what, text] of [
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a short token', JSON.stringify({ ...content, token: 'ab' })],
    ['a port out of range', JSON.stringify({ ...content, port: 65_536 })],
    ['a port as text', JSON.stringify({ ...content, port: '80' })],
    ['a pid of 0', JSON.stringify({ ...content, pid: 0 })],
  ] as const) {
    it(`with ${what} is none`, async () => {
      await using folder = await temporaryFolder()
      await writeFile(folder.file, text, { mode: 0o600 })
      assert.equal(await loadOwnEngineFile(folder.file), undefined)
    })
  }
})

import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RunwrightError } from '../protocol/errors.ts'
import { openLogFile } from './log.ts'

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'runwright-log-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

describe('the log file', () => {
  it('has a line for each entry, with errors and their causes indented below', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'engine.log')
    {
      using file = openLogFile(path, () => 0)
      file.log('info', 'started')
      const cause = new Error('no such table')
      file.log('error', 'GET /x', new RunwrightError('INTERNAL_ERROR', 'It failed.', { cause }))
    }
    const text = await readFile(path, 'utf8')
    assert.match(
      text,
      /^1970-01-01T00:00:00\.000Z info started\n1970-01-01T00:00:00\.000Z error GET \/x\n {4}INTERNAL_ERROR /,
    )
    assert.match(text, /\n {4}caused by: Error: no such table\n/)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  })

  it('keeps the newest entries in a bounded number of files', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'engine.log')
    using file = openLogFile(path, () => 0, { maxSizeBytes: 200, maxFiles: 3 })
    for (let index = 0; index < 100; index++) file.log('info', `entry ${index}`)
    assert.deepEqual((await readdir(folder.path)).sort(), ['engine.log', 'engine.log.1', 'engine.log.2'])
    const texts = await Promise.all(['.2', '.1', ''].map((suffix) => readFile(path + suffix, 'utf8')))
    for (const text of texts) assert.ok(text.length <= 200)
    const numbers = [...texts.join('').matchAll(/entry (\d+)/g)].map((match) => Number(match[1]))
    assert.equal(numbers.at(-1), 99)
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => 100 - numbers.length + index),
    )
  })

  it('goes on in the file of the process before it', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'engine.log')
    for (const message of ['first', 'second']) {
      using file = openLogFile(path, () => 0)
      file.log('info', message)
    }
    assert.match(await readFile(path, 'utf8'), /first\n.* second\n$/)
  })

  it('does not write through a symbolic link', async () => {
    await using folder = await temporaryFolder()
    const [target, link] = [join(folder.path, 'precious'), join(folder.path, 'engine.log')]
    await writeFile(target, 'mine')
    await symlink(target, link)
    assert.throws(() => openLogFile(link, () => 0), { code: 'ELOOP' })
    assert.equal(await readFile(target, 'utf8'), 'mine')
  })
})

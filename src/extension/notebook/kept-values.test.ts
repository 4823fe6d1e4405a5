import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openKeptValues } from './kept-values.ts'

describe('values that are kept', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-kept-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const fail = (error: unknown) => assert.fail(String(error))

  it('are there for whoever opens the file next, and leave nothing beside it', async () => {
    const path = join(folder, 'new', 'values.json')
    const before = openKeptValues(path, fail)
    before.update('a', { b: [1] })
    before.update('c', 'd')
    const after = openKeptValues(path, fail)
    assert.deepEqual([after.get('a'), after.get('c'), after.get('toString')], [{ b: [1] }, 'd', undefined])
    assert.deepEqual(await readdir(join(folder, 'new')), ['values.json'])
  })

  it('are none where the file is broken, and the next one is whole', async () => {
    const path = join(folder, 'broken.json')
    await writeFile(path, '{"a":')
    const values = openKeptValues(path, fail)
    assert.equal(values.get('a'), undefined)
    values.update('a', 1)
    assert.equal(openKeptValues(path, fail).get('a'), 1)
  })

  it('are known while the window is open where they cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    const errors: unknown[] = []
    const values = openKeptValues(join(folder, 'file', 'values.json'), (error) => errors.push(error))
    values.update('a', 1)
    assert.equal(values.get('a'), 1)
    assert.equal(errors.length, 1)
  })
})

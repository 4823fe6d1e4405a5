import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareVersions } from './compare-versions.ts'
import { createTestDataRepository, quietWork } from './test-repository.ts'

async function openCompared() {
  const repository = await createTestDataRepository()
  const compare = async (path: string, from?: string, to?: string) =>
    compareVersions(await repository.open(), { path, from, to }, quietWork(), process.env)
  const record = async (files: Record<string, string | Buffer>, ...paths: string[]) => {
    await repository.write(files)
    await repository.add(...paths)
    await repository.commit()
  }
  return { ...repository, compare, record }
}

describe('comparing versions of data', () => {
  it('begins with what the .dvc file says where the workspace differs, else with the version before', async () => {
    await using repository = await openCompared()
    await repository.record({ 'notes.txt': 'one\n' }, 'notes.txt')
    await assert.rejects(repository.compare('notes.txt'), /no version of notes.txt before this one/)
    await repository.record({ 'notes.txt': 'two\n' }, 'notes.txt')
    const recorded = await repository.compare('notes.txt')
    assert.deepEqual([recorded.old.kind, recorded.new.kind, recorded.diff.state], ['commit', 'workspace', 'changed'])
    await repository.write({ 'notes.txt': 'three\n' })
    const changed = await repository.compare('notes.txt')
    assert.deepEqual(changed.old, { kind: 'recorded', pointer: 'notes.txt.dvc' })
    assert.ok(changed.diff.type === 'file' && changed.diff.content?.kind === 'text')
    assert.deepEqual(changed.diff.content.lines?.hunks[0]?.lines, ['-two', '+three'])
  })

  it('compares folders, and files in them, between commits', async () => {
    await using repository = await openCompared()
    await repository.record({ 'data/a.txt': 'a', 'data/sub/b.txt': 'b' }, 'data')
    await repository.record({ 'data/a.txt': 'A', 'data/c.txt': 'c' }, 'data')
    const { diff, old } = await repository.compare('data', 'HEAD~1', 'HEAD')
    assert.equal(old.kind === 'commit' && old.subject, 'Change')
    assert.ok(diff.type === 'folder')
    assert.deepEqual([diff.changed.count, diff.added.count, diff.removed.count, diff.equalCount], [1, 1, 0, 1])
    const file = await repository.compare('data/a.txt')
    assert.ok(file.diff.type === 'file')
    assert.equal(file.diff.state, 'changed')
    await assert.rejects(repository.compare('data/none.txt'), /data\/none.txt is in neither version/)
  })

  it('names where both contents of an image are', async () => {
    await using repository = await openCompared()
    const svg = (width: number) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="1"/>`
    await repository.record({ 'images/a.svg': svg(1) }, 'images')
    await repository.write({ 'images/a.svg': svg(2) })
    const { images } = await repository.compare('images')
    assert.equal(images[0]?.path, 'a.svg')
    assert.match(images[0].old, /files.md5/)
    assert.match(images[0].new, /images.a\.svg$/)
  })

  it('names no image to be drawn that is small in its file and huge on a screen', async () => {
    await using repository = await openCompared()
    const png = (width: number, height: number) => {
      const header = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR________\x08\x06\0\0\0', 'latin1')
      header.writeUInt32BE(width, 16)
      header.writeUInt32BE(height, 20)
      return header
    }
    await repository.record({ 'images/bomb.png': png(1, 1), 'images/fine.png': png(1, 1) }, 'images')
    await repository.write({ 'images/bomb.png': png(60_000, 60_000), 'images/fine.png': png(8000, 8000) })
    const { images, diff } = await repository.compare('images')
    assert.deepEqual(
      images.map(({ path }) => path),
      ['fine.png'],
    )
    assert.ok(JSON.stringify(diff).includes('60000'))
  })
})

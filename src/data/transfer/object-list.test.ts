import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseDataHash, parseSha256 } from '../hash.ts'
import { dataKey, manifestKey } from '../object-key.ts'
import type { TransferObject } from './items.ts'
import { createObjectList, type ObjectList } from './object-list.ts'

const digest = (algorithm: string, index: number) => createHash(algorithm).update(`${index}`).digest('hex')
const sha256Of = (index: number) => parseSha256(digest('sha256', index)) ?? assert.fail()

function object(index: number, more: Partial<TransferObject> = {}): TransferObject {
  const key = dataKey(parseDataHash(digest('md5', index)) ?? assert.fail())
  return {
    key,
    path: `folder/ملف ${index}`,
    sha256: sha256Of(index),
    maxBytes: 7,
    sizeBytes: index,
    items: [0],
    ...more,
  }
}

function openList(folder = mkdtempSync(join(tmpdir(), 'runwright-list-'))) {
  const list = createObjectList(join(folder, 'list'))
  const dispose = () => {
    list[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  return { list, folder, [Symbol.dispose]: dispose }
}

const byPath = (list: ObjectList) => new Map([...list].map((each) => [each.path, each]))

describe('a list of objects to be moved', () => {
  // The first fits into memory.
  for (const count of [3, 40_000]) {
    it(`gives each of ${count} once, as it was added, as often as it is gone through`, () => {
      using opened = openList()
      const { list, folder } = opened
      const wanted = Array.from({ length: count }, (_, index) => object(index))
      for (const each of wanted) list.add(each)
      for (const each of wanted.slice(0, 2)) list.add(each)
      for (let turn = 0; turn < 2; turn++) {
        assert.deepEqual(
          [...list].toSorted((a, b) => (a.sizeBytes ?? 0) - (b.sizeBytes ?? 0)),
          wanted,
        )
      }
      assert.equal(list.count, count + 2)
      assert.deepEqual(readdirSync(folder), [], 'nobody has to clean up')
    })
  }

  it('gives batches whose objects lie in few folders', () => {
    using opened = openList()
    for (let index = 0; index < 40_000; index++) opened.list.add(object(index))
    const batches = [...opened.list.batches()]
    const folders = batches.map((batch) => new Set(batch.map(({ key }) => key.slice(0, 'files/md5/aa'.length))))
    assert.ok(batches.length > 1)
    assert.equal(new Set(folders.flatMap((each) => [...each])).size, 256)
    assert.equal(
      folders.reduce((sum, each) => sum + each.size, 0),
      256,
    )
  })

  it('knows of an object what any of those knew who named it', () => {
    for (const count of [1, 10_000]) {
      using opened = openList()
      const { list } = opened
      for (let index = 0; index < count; index++) list.add(object(index, { sha256: undefined }))
      for (let index = 0; index < count; index++)
        list.add(object(index, { path: `b/${index}`, maxBytes: 9, items: [1] }))
      const found = byPath(list)
      assert.equal(found.size, count)
      assert.deepEqual(found.get('b/0'), object(0, { path: 'b/0', maxBytes: 9, items: [0, 1] }))
      list.add(object(0, { path: 'c', maxBytes: undefined, items: [2] }))
      assert.equal(byPath(list).get('b/0')?.maxBytes, undefined, 'whoever knows no bound sets none')
    }
  })

  it('forgets what is needed by nothing else than what was dropped', () => {
    for (const count of [2, 10_000]) {
      using opened = openList()
      const { list } = opened
      for (let index = 0; index < count; index++) list.add(object(index, { items: [1] }))
      list.add(object(1))
      list.drop(1)
      assert.deepEqual([...byPath(list).values()], [object(1)])
    }
  })

  it('keeps in memory what it can write nowhere, and takes what is no file as well', () => {
    using opened = openList('/proc/nowhere')
    const { list } = opened
    const key = manifestKey(sha256Of(1))
    const lists = dataKey(parseDataHash(`${digest('md5', 0)}.dir`) ?? assert.fail())
    for (let index = 0; index < 40_000; index++) list.add(object(index))
    list.add(object(-1, { key }))
    list.add(object(-1, { key: lists }))
    const keys = new Set([...list].map((each) => each.key))
    assert.equal(keys.size, 40_002)
    assert.ok(keys.has(key) && keys.has(lists))
  })
})

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openHashPool } from './hash-pool.ts'
import type { ObjectPlace } from './store-object.ts'

const digest = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex')

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-hash-'))
  const place: ObjectPlace = {
    objects: join(folder, 'objects'),
    temporary: join(folder, 'new'),
    besideFiles: join(folder, 'new'),
    types: ['copy'],
  }
  for (const path of [place.objects, place.temporary]) await mkdir(path)
  return { folder, place, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

describe('hashing and storing files', () => {
  const sizes = [0, 1, 65_536, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_001, (33 << 20) + 5]
  for (const size of sizes) {
    it(`gives both hashes of ${size} bytes and their copy`, async () => {
      await using opened = await openFolder()
      const { folder, place } = opened
      const bytes = randomBytes(size)
      await writeFile(join(folder, 'file'), bytes)
      await using pool = openHashPool(new AbortController().signal)
      for (const store of [undefined, place, place]) {
        // Large enough for threads.
        const { numbers, hashes } = await pool.take({ folder, paths: ['file'], store }, Math.max(size, 9 << 20))
        assert.equal(hashes, digest('md5', bytes) + digest('sha256', bytes))
        assert.equal(numbers[0], size)
      }
      const md5 = digest('md5', bytes)
      assert.ok(bytes.equals(await readFile(join(place.objects, md5.slice(0, 2), md5.slice(2)))))
      assert.deepEqual(await readdir(place.temporary), [])
    })
  }

  it('ends when it is cancelled in the middle of a large file, and leaves no part of it', async () => {
    await using opened = await openFolder()
    const { folder, place } = opened
    await writeFile(join(folder, 'file'), Buffer.alloc(300 << 20))
    const cancel = new AbortController()
    await using pool = openHashPool(cancel.signal)
    const taken = pool.take({ folder, paths: ['file'], store: place }, 300 << 20)
    while (pool.doneBytes() === 0) await new Promise((resolve) => setImmediate(resolve))
    cancel.abort()
    await assert.rejects(Promise.resolve(taken), { code: 'CANCELLED' })
    assert.deepEqual(await readdir(place.temporary), [])
    assert.deepEqual(await readdir(place.objects), [])
  })

  it('names a file that is gone or cannot be read', async () => {
    await using opened = await openFolder()
    const { folder } = opened
    await using pool = openHashPool(new AbortController().signal)
    for (const sizeBytes of [0, 40 << 20]) {
      const take = async () => pool.take({ folder, paths: ['gone'], store: undefined }, sizeBytes)
      await assert.rejects(take, { code: 'RESOURCE_CONFLICT', message: /gone was changed/ })
    }
    await writeFile(join(folder, 'next'), 'next')
    const { hashes } = await pool.take({ folder, paths: ['next'], store: undefined }, 40 << 20)
    assert.equal(hashes.slice(0, 32), digest('md5', Buffer.from('next')))
    await writeFile(join(folder, 'large'), Buffer.alloc(40 << 20))
    const large = await pool.take({ folder, paths: ['large'], store: undefined }, 40 << 20)
    assert.equal(large.hashes.slice(0, 32), digest('md5', Buffer.alloc(40 << 20)))
  })
})

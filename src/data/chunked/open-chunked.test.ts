import assert from 'node:assert/strict'
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { parseDataHash } from '../hash.ts'
import { dataKey } from '../object-key.ts'
import { openRemote } from '../open-remote.ts'
import type { DataRemote } from '../remote.ts'
import { chunkBytes, findCuts } from './find-cuts.ts'

const { signal } = new AbortController()

/** Bytes without a pattern, the same each time: where cuts lie, and so how much a change costs, is a matter of luck. */
function drawBytes(seed: number, length: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length))
}

describe('cuts of chunks', () => {
  it('lie within their bounds, at their mean, and where they lay before once a byte is put in', () => {
    const bytes = drawBytes(4, 8 << 20)
    const cuts = findCuts(bytes, true)
    const lengths = cuts.map((end, index) => end - (cuts[index - 1] ?? 0))
    assert.ok(
      lengths.every(
        (length, index) => length <= chunkBytes.most && (length >= chunkBytes.least || index === lengths.length - 1),
      ),
    )
    const mean = bytes.length / lengths.length
    assert.ok(mean > 40_000 && mean < 90_000, String(mean))
    const at = 3_000_000
    const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from('x'), bytes.subarray(at)])
    const moved = new Set(findCuts(changed, true).map((end) => (end > at ? end - 1 : end)))
    const kept = cuts.filter((end) => moved.has(end))
    assert.ok(kept.length >= cuts.length - 4, `${kept.length} of ${cuts.length}`)
  })

  it('are the same however the bytes come', () => {
    const bytes = randomBytes(1 << 20)
    const whole = findCuts(bytes, true)
    const pieces: number[] = []
    let rest = Buffer.alloc(0)
    let before = 0
    for (let from = 0; from < bytes.length; from += 100_000) {
      rest = Buffer.concat([rest, bytes.subarray(from, from + 100_000)])
      const cuts = findCuts(rest, from + 100_000 >= bytes.length)
      pieces.push(...cuts.map((end) => before + end))
      const last = cuts.at(-1) ?? 0
      rest = rest.subarray(last)
      before += last
    }
    assert.deepEqual(pieces, whole)
  })
})

describe('a remote of chunks', () => {
  let folder: string
  let remote: DataRemote
  const first = drawBytes(1, 64 << 20)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rw-chunks-'))
    remote = await open()
  })
  after(async () => {
    await remote[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  const open = () => openRemote({ url: `${folder}/store#chunked`, options: new Map(), folder, env: {} })

  async function write(bytes: Buffer, to = remote) {
    const hash = parseDataHash(createHash('md5').update(bytes).digest('hex'))
    assert.ok(hash !== undefined)
    const path = join(folder, hash)
    await writeFile(path, bytes)
    await to.write(dataKey(hash), { path, sizeBytes: bytes.length }, signal)
    await rm(path)
    return dataKey(hash)
  }
  async function storedBytes(): Promise<number> {
    const entries = await readdir(join(folder, 'store'), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const sizes = await Promise.all(
      files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
    )
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  it('stores at most 1.10 bytes for each new one of a large file that changes a little', async () => {
    await write(first)
    const whole = await storedBytes()
    assert.ok(whole < first.length * 1.01, `${whole} bytes`)

    // By another process, which knows nothing of the first.
    const added = drawBytes(2, Math.floor(first.length / 100))
    await using other = await open()
    const appended = await write(Buffer.concat([first, added]), other)
    const afterAppending = await storedBytes()
    assert.ok(afterAppending - whole <= added.length * 1.1 + chunkBytes.most, `${afterAppending - whole} bytes`)

    const middle = first.length / 2
    const changed = Buffer.concat([first.subarray(0, middle), drawBytes(3, added.length), first.subarray(middle)])
    const inserted = await write(changed)
    const stored = (await storedBytes()) - afterAppending
    // Two chunks are cut in two.
    assert.ok(stored <= added.length * 1.1 + 2 * chunkBytes.most, `${stored} bytes for ${added.length}`)

    assert.ok((await buffer(await other.read(inserted, 0, signal))).equals(changed))
    const tail = await buffer(await other.read(appended, first.length - 5, signal))
    assert.ok(tail.equals(Buffer.concat([first.subarray(-5), added])))
  })

  it('stores nothing twice within a file either', async () => {
    const before = await storedBytes()
    const block = randomBytes(2 << 20)
    const key = await write(Buffer.concat([block, block, block, block]))
    assert.ok((await storedBytes()) - before < block.length * 1.2)
    assert.deepEqual(await remote.find([key], signal), new Map([[key, block.length * 4]]))
  })

  it('says which recipe is damaged', async () => {
    const key = await write(randomBytes(2 << 20))
    const hash = key.slice('files/md5/'.length)
    await rm(join(folder, 'store/runwright/recipe', hash))
    await writeFile(join(folder, 'store/runwright/recipe', hash), '{"runwright-recipe":1,"size":5}\n../x 0 5\n')
    await assert.rejects(() => remote.read(key, 0, signal), { code: 'STORAGE_DAMAGED' })
  })
})

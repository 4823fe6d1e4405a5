import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { hashFile } from '../store/hash-file.ts'
import { type ByteSource, writeFile } from './artifact-file.ts'

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-artifact-file-'))
  return { path: join(folder, 'file'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** Pieces of 700,000 bytes and one of a few, each with its number in every byte. */
async function* makePieces(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield new Uint8Array(700_000).fill(index)
  yield new Uint8Array(3).fill(count)
}

async function hashPieces(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

describe('a file that is written from a stream', () => {
  it('has all of it, although the memory of each piece is used for something else once it was released', async () => {
    await using folder = await openFolder()
    let released = 0
    const body: ByteSource = {
      [Symbol.asyncIterator]: () => makePieces(20),
      release(piece) {
        released += 1
        piece.fill(255)
      },
    }
    await writeFile(folder.path, body)
    assert.equal(released, 21)
    assert.equal(await hashFile(folder.path), await hashPieces(makePieces(20)))
  })

  it('has all of it when parts of it are brought to the disk before the rest has come', async () => {
    await using folder = await openFolder()
    await writeFile(folder.path, makePieces(200))
    assert.equal(await hashFile(folder.path), await hashPieces(makePieces(200)))
  })

  it('is not said to be there when the stream ends with an error', async () => {
    await using folder = await openFolder()
    async function* breakOff(): AsyncGenerator<Uint8Array> {
      yield* makePieces(100)
      throw new Error('The client went away.')
    }
    await assert.rejects(writeFile(folder.path, breakOff()), /went away/)
  })
})

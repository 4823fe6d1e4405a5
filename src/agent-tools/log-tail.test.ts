import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cleanLog, findErrorLines, readTail } from './log-tail.ts'

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)))
}

describe('the end of a log', () => {
  it('is all of a short one, and whole lines of a long one', async () => {
    assert.equal(await readTail(streamOf('one\n', 'two\n'), 100), 'one\ntwo\n')
    assert.equal(await readTail(streamOf('one\ntwo\n', 'three\nfo', 'ur\n'), 11), 'four\n')
    assert.equal(await readTail(streamOf('größe\nzwei\n'), 8), 'zwei\n')
    assert.equal(await readTail(streamOf(), 8), '')
  })

  it('is what a terminal would show', () => {
    assert.equal(cleanLog('\u001b[1;31mred\u001b[0m\r\n10%\r50%\r100%\nend\n\n'), 'red\n100%\nend')
    assert.equal(cleanLog(`\u001b]0;title\u0007${'x'.repeat(2000)}`), `${'x'.repeat(1000)}…`)
  })

  it('has lines that name errors', () => {
    const lines = ['epoch 1', 'Traceback (most recent call last):', 'ValueError: bad', 'terror', 'CUDA out of memory.']
    assert.deepEqual(findErrorLines(lines), [lines[1], lines[2], lines[4]])
  })
})

import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { type DataProgress, parseDataProgress } from '../protocol/data-progress.ts'
import { describeProgress, drawProgress } from './data-progress.ts'

const half: DataProgress = {
  phase: 'hash',
  doneFiles: 500,
  totalFiles: 1000,
  doneBytes: 512 * 2 ** 20,
  totalBytes: 2 ** 30,
}

function openTerminal(isTTY: boolean) {
  const written: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    },
  })
  return { output: Object.assign(stream, { isTTY, columns: 200 }), written }
}

describe('progress with data', () => {
  it('tells files, bytes, rate and the time that is left', () => {
    assert.equal(describeProgress(half, 4000), 'Hashing 500 of 1,000 files, 512 MiB of 1 GiB, 128 MiB/s, 4.0 s left')
  })

  it('tells what is done where nobody knows how much there is', () => {
    const progress = { ...half, totalFiles: undefined, totalBytes: undefined }
    assert.equal(describeProgress(progress, 4000), 'Hashing 500 files, 512 MiB, 128 MiB/s')
  })

  it('is one line of a terminal, which is gone in the end', () => {
    const { output, written } = openTerminal(true)
    const drawn = drawProgress(output, () => 0)
    drawn.progress(half)
    drawn.progress(half)
    drawn[Symbol.dispose]()
    assert.equal(written.length, 2)
    assert.ok(written[0]?.startsWith('\r\x1b[KHashing 500'))
    assert.equal(written[1], '\r\x1b[K')
  })

  it('is silent elsewhere, but for what it waits for', () => {
    const { output, written } = openTerminal(false)
    const drawn = drawProgress(output, () => 0)
    drawn.progress({ ...half, phase: 'wait' })
    drawn.progress({ ...half, phase: 'wait' })
    drawn.progress(half)
    drawn[Symbol.dispose]()
    assert.deepEqual(written, ['Waiting for another command on this repository\n'])
  })

  it('is JSON for a program, each phase at once and then ten times a second', () => {
    const { output, written } = openTerminal(false)
    let now = 0
    const { progress } = drawProgress(output, () => now, true)
    const store: DataProgress = { ...half, phase: 'store', totalFiles: undefined }
    for (const [at, each] of [
      [0, half],
      [99, half],
      [99, store],
      [199, { ...store, doneFiles: 501 }],
    ] as const) {
      now = at
      progress(each)
    }
    const lines = written.join('').trimEnd().split('\n')
    assert.deepEqual(lines.map(parseDataProgress), [half, store, { ...store, doneFiles: 501 }])
    assert.equal(parseDataProgress('{"error_code":"BAD_REQUEST"}'), undefined)
  })
})

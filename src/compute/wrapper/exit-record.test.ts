import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExitRecord } from './exit-record.ts'

describe('the record of an end', () => {
  const record = { exitCode: 3, signal: null, cause: 'exited', startedAt: 1000, endedAt: 2000 }

  it('is read as the wrapper writes it', () => {
    assert.deepEqual(parseExitRecord(`${JSON.stringify(record)}\n`), record)
    const killed = { ...record, exitCode: null, signal: 'SIGKILL', cause: 'out-of-memory' }
    assert.deepEqual(parseExitRecord(JSON.stringify(killed)), killed)
  })

  it('is none when it is cut off, empty, or says anything else', () => {
    const texts = ['', '{', 'null', '[]', JSON.stringify(record).slice(0, -3), '\0\0\0']
    for (const text of texts) assert.equal(parseExitRecord(text), undefined, text)
    for (const odd of [{ cause: 'bored' }, { startedAt: '1' }, { endedAt: undefined }]) {
      assert.equal(parseExitRecord(JSON.stringify({ ...record, ...odd })), undefined)
    }
  })
})

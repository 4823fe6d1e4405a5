import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { duration, timestamp, writeDuration, writeTimestamp } from './proto-times.ts'

describe('times of protobuf in JSON', () => {
  it('read as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (time) => {
        assert.equal(timestamp.read(writeTimestamp(time), 'time'), time)
        assert.equal(duration.read(writeDuration(time), 'length'), time)
        assert.equal(duration.read(writeDuration(-time), 'length'), time === 0 ? 0 : -time)
      }),
    )
  })

  it('have the digits that protobuf writes, and lose those below a millisecond', () => {
    assert.deepEqual([writeTimestamp(0), writeTimestamp(1)], ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.001Z'])
    assert.deepEqual([writeDuration(2000), writeDuration(50), writeDuration(-1500)], ['2s', '0.050s', '-1.500s'])
    assert.equal(timestamp.read('2024-02-29T12:00:00.123456789+01:00', 'time'), Date.UTC(2024, 1, 29, 11, 0, 0, 123))
    assert.equal(duration.read('1.000000001s', 'length'), 1000)
  })

  it('are refused when they are none', () => {
    for (const wrong of ['', 'now', '2024-01-01', '2024-13-01T00:00:00Z', '2024-01-01T00:00:00', '1e3s', '1', 's']) {
      assert.throws(() => timestamp.read(wrong, 'when'), /for parameter 'when'/, wrong)
      assert.throws(() => duration.read(wrong, 'long'), /for parameter 'long'/, wrong)
    }
  })
})

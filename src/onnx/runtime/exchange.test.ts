import assert from 'node:assert/strict'
import { fstatSync } from 'node:fs'
import { describe, it } from 'node:test'
import { createExchange, openExchangeFile } from './exchange.ts'

/** Bytes that are not alike. */
function bytesOf(sizeBytes: number, first: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, index) => (index * 31 + first) % 251)
}

describe('the exchange', () => {
  const arrays = [bytesOf(100_000, 1), bytesOf(3, 2), bytesOf(0, 3), bytesOf(300_001, 4)]

  it(
    'carries what is large in its file and what is small in the message',
    { skip: process.platform === 'win32' },
    () => {
      using file = openExchangeFile()
      const [one, other] = [createExchange(file?.fd), createExchange(file?.fd)]
      const placed = one.place(arrays)
      assert.deepEqual(placed, [
        { offset: 0, sizeBytes: 100_000 },
        { inline: arrays[1] },
        { inline: arrays[2] },
        { offset: 100_000, sizeBytes: 300_001 },
      ])
      assert.deepEqual(
        placed.map((each) => other.take(each)),
        arrays,
      )
    },
  )

  it('carries all in the message where there is no file, or no room in it', () => {
    for (const exchange of [createExchange(undefined), createExchange(1_000_000)]) {
      const placed = exchange.place(arrays)
      assert.deepEqual(
        placed,
        arrays.map((inline) => ({ inline })),
      )
      assert.deepEqual(
        placed.map((each) => exchange.take(each)),
        arrays,
      )
    }
  })

  it('takes no more at once than the other process has memory for', () => {
    const large = new Uint8Array(2 ** 31 + 1)
    assert.throws(() => createExchange(undefined).place([large]), /2147483649 bytes are more than can be passed on/)
    assert.throws(() => createExchange(0).take({ offset: 0, sizeBytes: 2 ** 40 }), /Nothing of that kind/)
  })

  it('gives memory back after what was very large', { skip: process.platform === 'win32' }, () => {
    using file = openExchangeFile()
    const fd = file?.fd ?? -1
    const exchange = createExchange(fd)
    exchange.place([bytesOf(100_000, 1)])
    exchange.trim()
    assert.equal(fstatSync(fd).size, 100_000)
    exchange.place([new Uint8Array(65 * 2 ** 20)])
    exchange.trim()
    assert.equal(fstatSync(fd).size, 0)
  })
})

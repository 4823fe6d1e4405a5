import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPacketCutter, createReader, encodePacket, readAttributes } from './sftp-packets.ts'

describe('packets of SFTP', () => {
  it('are found in a stream wherever it is cut', () => {
    const packets = [
      encodePacket(3, [1, 'path', 2n ** 40n]),
      encodePacket(101, []),
      encodePacket(103, ['x'.repeat(500)]),
    ]
    const stream = Buffer.concat(packets)
    for (const size of [1, 2, 5, 7, 64, 1000]) {
      const seen: [number, string][] = []
      const cut = createPacketCutter(1 << 20, (type, body) => void seen.push([type, body.toString('hex')]))
      for (let at = 0; at < stream.length; at += size) cut(stream.subarray(at, at + size))
      assert.deepEqual(
        seen,
        packets.map((packet) => [packet[4], packet.subarray(5).toString('hex')]),
      )
    }
  })

  it('are refused when they claim to be larger than any is', () => {
    const cut = createPacketCutter(1 << 20, () => undefined)
    assert.throws(() => cut(Buffer.from('SSH-2.0 Welcome to this machine\n')), RangeError)
  })

  it('give back their fields, and fail where they end too early', () => {
    const reader = createReader(encodePacket(5, [7, 2n ** 33n, 'بيانات']).subarray(5))
    assert.deepEqual([reader.number(), reader.long(), reader.string().toString()], [7, 2 ** 33, 'بيانات'])
    assert.equal(reader.isAtEnd(), true)
    assert.throws(() => createReader(Buffer.from([0, 0, 0, 9, 1])).string(), RangeError)
  })

  it('tell size, kind and time of files whatever else they tell', () => {
    const fields = [0x8000000f, 5n, 1000, 1000, 0o040755, 1, 0x80000001, 1, 'name', 'value'] as const
    const attributes = readAttributes(createReader(encodePacket(105, fields).subarray(5)))
    assert.deepEqual(attributes, { sizeBytes: 5, isFolder: true, changedAt: 0x80000001 * 1000 })
    assert.deepEqual(readAttributes(createReader(Buffer.alloc(4))), {
      sizeBytes: undefined,
      isFolder: false,
      changedAt: undefined,
    })
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assert as assertProperty, array, constantFrom, integer, property, tuple, uint8Array } from 'fast-check'
import { readImageHeader } from './image-header.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

/** Beginnings of real files, 3 wide and 2 high unless they say otherwise. */
const images = {
  png: hex('89504e470d0a1a0a 0000000d 49484452 00000003 00000002 08020000 00'),
  gif: Buffer.concat([Buffer.from('GIF89a'), hex('0300 0200 800000')]),
  bmp: Buffer.concat([Buffer.from('BM'), hex('4e000000 00000000 36000000 28000000 03000000 feffffff 0100 1800')]),
  bmpCore: Buffer.concat([Buffer.from('BM'), hex('4e000000 00000000 1a000000 0c000000 0300 0200 0100 1800')]),
  jpeg: hex('ffd8 ffe0 0010 4a46494600010100000100010000 ff ffc0 0011 08 0002 0003 03 012200 021101 031101'),
  webpLossy: Buffer.concat([Buffer.from('RIFF....WEBPVP8 '), hex('18000000 300100 9d012a 0300 0200 0000 0000 0000')]),
  webpLossless: Buffer.concat([Buffer.from('RIFF....WEBPVP8L'), hex('18000000 2f 02400000 00000000 0000000000')]),
  webpExtended: Buffer.concat([Buffer.from('RIFF....WEBPVP8X'), hex('0a000000 00000000 020000 010000')]),
  svg: Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="3px" height=\'2\'><g/></svg>'),
  svgBox: Buffer.from('<svg viewBox="0 0 3 2" width="100%">'),
}

describe('the header of an image', () => {
  for (const [name, bytes] of Object.entries(images)) {
    it(`of ${name} says its size`, () => {
      const format = /^[a-z]+/.exec(name)?.[0]
      assert.deepEqual(readImageHeader(bytes), { format, width: 3, height: 2 })
    })
  }

  it('that ends before the size leaves it open', () => {
    assert.deepEqual(readImageHeader(images.jpeg.subarray(0, 24)), { format: 'jpeg', width: null, height: null })
    assert.deepEqual(readImageHeader(Buffer.from('<svg>')), { format: 'svg', width: null, height: null })
  })

  it('of no image is none', () => {
    assert.equal(readImageHeader(Buffer.from('name,label\n')), undefined)
    assert.equal(readImageHeader(Buffer.alloc(0)), undefined)
  })

  it('is read or refused whatever the bytes, and gives no size that is none', () => {
    const change = tuple(integer({ min: 0, max: 60 }), integer({ min: 0, max: 255 }))
    const damaged = tuple(constantFrom(...Object.values(images)), array(change), uint8Array({ maxLength: 40 }))
    assertProperty(
      property(damaged, integer({ min: 0, max: 100 }), ([image, changes, tail], length) => {
        const bytes = Buffer.concat([image, tail]).subarray(0, length)
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        const facts = readImageHeader(bytes)
        for (const side of [facts?.width ?? 0, facts?.height ?? 0]) assert.ok(Number.isFinite(side) && side >= 0)
      }),
      { numRuns: 2000 },
    )
  })
})

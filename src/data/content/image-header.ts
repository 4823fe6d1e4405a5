import type { ImageFacts } from '../../protocol/data-diff.ts'

/** As much of a file as has its size: after thumbnails and colour profiles, which JPEG has first. */
export const imageHeaderBytes = 1 << 20

/**
 * The format and size of an image by the beginning of its file. Undefined when it is no image that is known here.
 *
 * @see https://www.w3.org/TR/png-3/#11IHDR, https://www.w3.org/Graphics/GIF/spec-gif89a.txt,
 *   https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.2.2), https://developers.google.com/speed/webp/docs/riff_container
 */
export function readImageHeader(bytes: Buffer): ImageFacts | undefined {
  const ascii = (from: number, to: number) => bytes.toString('latin1', from, to)
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n' && ascii(12, 16) === 'IHDR' && bytes.length >= 24) {
    return { format: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  }
  if (/^GIF8[79]a$/.test(ascii(0, 6)) && bytes.length >= 10) {
    return { format: 'gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  }
  if (ascii(0, 2) === 'BM' && bytes.length >= 26) return readBmp(bytes)
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return { format: 'webp', ...readWebp(bytes, ascii(12, 16)) }
  if (bytes.length >= 4 && bytes.readUInt16BE(0) === 0xffd8) return { format: 'jpeg', ...readJpeg(bytes) }
  return readSvg(bytes)
}

type Size = Pick<ImageFacts, 'width' | 'height'>
const unknownSize: Size = { width: null, height: null }

/** The height is negative where the rows run from top to bottom. */
function readBmp(bytes: Buffer): ImageFacts {
  const isCore = bytes.readUInt32LE(14) === 12
  return isCore
    ? { format: 'bmp', width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20) }
    : { format: 'bmp', width: Math.abs(bytes.readInt32LE(18)), height: Math.abs(bytes.readInt32LE(22)) }
}

function readWebp(bytes: Buffer, chunk: string): Size {
  if (bytes.length < 30) return unknownSize
  switch (chunk) {
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const packed = bytes.readUInt32LE(21)
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 }
    }
    default:
      return unknownSize
  }
}

/** The size stands in the frame header, a segment among others; each says how long it is. */
function readJpeg(bytes: Buffer): Size {
  let at = 2
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return unknownSize
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
    at += isAlone ? 2 : 2 + Math.max(2, bytes.readUInt16BE(at + 2))
  }
  return unknownSize
}

/** Of the root element: its width and height in pixels, else those of its view box. */
function readSvg(bytes: Buffer): ImageFacts | undefined {
  const tag = /<svg(?=[\s>])[^>]{0,16384}/i.exec(bytes.toString('utf8', 0, 65_536))?.[0]
  if (tag === undefined) return undefined
  const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']{0,200})["']`, 'i').exec(tag)?.[1]
  const pixels = (name: string) => toPixels(/^\s*([\d.]+)(?:px)?\s*$/.exec(attribute(name) ?? '')?.[1])
  const box = (attribute('viewBox') ?? '').trim().split(/[\s,]+/)
  return {
    format: 'svg',
    width: pixels('width') ?? toPixels(box[2]),
    height: pixels('height') ?? toPixels(box[3]),
  }
}

function toPixels(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}

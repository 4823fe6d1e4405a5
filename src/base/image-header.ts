/** What is known of an image without decoding it. */
export interface ImageHeader {
  readonly format: 'png' | 'jpeg' | 'gif' | 'webp' | 'bmp' | 'svg'
  /** Pixels; null where the file does not say. */
  readonly width: number | null
  readonly height: number | null
}

/** Four bytes each once an image is drawn, however few it has in its file. */
export const maxDrawnPixels = 64_000_000

/** As much of a file as has its size: after thumbnails and colour profiles, which JPEG has first. */
export const imageHeaderBytes = 1 << 20

/**
 * The format and size of an image by the beginning of its file. Undefined when it is no image that is known here.
 *
 * @see https://www.w3.org/TR/png-3/#11IHDR, https://www.w3.org/Graphics/GIF/spec-gif89a.txt,
 *   https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.2.2), https://developers.google.com/speed/webp/docs/riff_container
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n' && ascii(12, 16) === 'IHDR' && bytes.length >= 24) {
    return { format: 'png', width: view.getUint32(16), height: view.getUint32(20) }
  }
  if (/^GIF8[79]a$/.test(ascii(0, 6)) && bytes.length >= 10) {
    return { format: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true) }
  }
  if (ascii(0, 2) === 'BM' && bytes.length >= 26) return readBmp(view)
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return { format: 'webp', ...readWebp(view, ascii(12, 16)) }
  if (bytes.length >= 4 && view.getUint16(0) === 0xffd8) return { format: 'jpeg', ...readJpeg(view) }
  return readSvg(bytes)
}

type Size = Pick<ImageHeader, 'width' | 'height'>
const unknownSize: Size = { width: null, height: null }

/** The height is negative where the rows run from top to bottom. */
function readBmp(view: DataView): ImageHeader {
  const isCore = view.getUint32(14, true) === 12
  return isCore
    ? { format: 'bmp', width: view.getUint16(18, true), height: view.getUint16(20, true) }
    : { format: 'bmp', width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) }
}

function readWebp(view: DataView, chunk: string): Size {
  if (view.byteLength < 30) return unknownSize
  switch (chunk) {
    case 'VP8X':
      return { width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 }
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
    case 'VP8L': {
      const packed = view.getUint32(21, true)
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 }
    }
    default:
      return unknownSize
  }
}

/** The size stands in the frame header, a segment among others; each says how long it is. */
function readJpeg(view: DataView): Size {
  let at = 2
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return unknownSize
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
    at += isAlone ? 2 : 2 + Math.max(2, view.getUint16(at + 2))
  }
  return unknownSize
}

/** Of the root element: its width and height in pixels, else those of its view box. */
function readSvg(bytes: Uint8Array): ImageHeader | undefined {
  const tag = /<svg(?=[\s>])[^>]{0,16384}/i.exec(new TextDecoder().decode(bytes.subarray(0, 65_536)))?.[0]
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

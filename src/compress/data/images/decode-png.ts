import { inflateSync } from 'node:zlib'
import { checkPixels, damaged, type Pixels } from './pixels.ts'

const signature = '\x89PNG\r\n\x1a\n'

/** What the types of colour have: samples of a pixel, and the depths that there are. */
const colours: ReadonlyMap<number, { readonly samples: number; readonly depths: readonly number[] }> = new Map([
  [0, { samples: 1, depths: [1, 2, 4, 8, 16] }],
  [2, { samples: 3, depths: [8, 16] }],
  [3, { samples: 1, depths: [1, 2, 4, 8] }],
  [4, { samples: 2, depths: [8, 16] }],
  [6, { samples: 4, depths: [8, 16] }],
])

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colour: number
  readonly samples: number
  readonly isInterlaced: boolean
}

/** Where the pixels of the seven passes of an interlaced picture lie: first column and row, and steps. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const
const wholePicture = [[0, 0, 1, 1]] as const

export function isPng(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 8) === signature
}

/**
 * Decodes a PNG. What is transparent is left as if it were not; of 16 bits the upper 8 are taken.
 *
 * @param name of the file, in errors
 * @throws BAD_REQUEST for one that is damaged or too large
 * @see https://www.w3.org/TR/png-3/
 */
export function decodePng(bytes: Buffer, name: string): Pixels {
  const chunks = readChunks(bytes, name)
  const header = readHeader(chunks.find(({ type }) => type === 'IHDR')?.data, name)
  const { width, height } = header
  const packed = Buffer.concat(chunks.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : [])))
  const passes = (header.isInterlaced ? adam7 : wholePicture).map(([x, y, stepX, stepY]) => ({
    x,
    y,
    stepX,
    stepY,
    width: Math.max(0, Math.ceil((width - x) / stepX)),
    height: Math.max(0, Math.ceil((height - y) / stepY)),
  }))
  const rowBytes = (columns: number) => Math.ceil((columns * header.samples * header.depth) / 8)
  const expected = passes.reduce(
    (sum, pass) => sum + (pass.width === 0 ? 0 : pass.height * (1 + rowBytes(pass.width))),
    0,
  )
  const filtered = inflate(packed, expected, name)
  const data = new Uint8Array(width * height * 3)
  const paint = createPainter(header, chunks.find(({ type }) => type === 'PLTE')?.data, data)
  let at = 0
  for (const { x, y, stepX, stepY, ...pass } of passes) {
    if (pass.width === 0) continue
    let above: Uint8Array = new Uint8Array(rowBytes(pass.width))
    for (let row = 0; row < pass.height; row++) {
      const own = filtered.subarray(at + 1, at + 1 + above.length)
      unfilter(
        own,
        above,
        { filter: filtered[at] ?? 0, distance: Math.max(1, (header.samples * header.depth) >> 3) },
        name,
      )
      at += 1 + above.length
      for (let column = 0; column < pass.width; column++)
        paint(own, column, (y + row * stepY) * width + x + column * stepX)
      above = own
    }
  }
  return { width, height, data }
}

/** Up to the last one. Their checksums are not looked at, as the compressed data has one of its own. */
function readChunks(bytes: Buffer, name: string): readonly { readonly type: string; readonly data: Buffer }[] {
  const chunks = []
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (at + 12 + length > bytes.length) throw damaged(name, `its part ${type} ends after the file`)
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) })
    at += 12 + length
    if (type === 'IEND') break
  }
  return chunks
}

function readHeader(data: Buffer | undefined, name: string): Header {
  if (data?.length !== 13) throw damaged(name, 'it has no header')
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)]
  checkPixels(width, height, name)
  const [depth = 0, colour = 0, compression, filters, interlace = 0] = data.subarray(8)
  const found = colours.get(colour)
  if (found?.depths.includes(depth) !== true || compression !== 0 || filters !== 0 || interlace > 1) {
    throw damaged(name, 'its header says what no PNG has')
  }
  return { width, height, depth, colour, samples: found.samples, isInterlaced: interlace === 1 }
}

function inflate(packed: Buffer, expected: number, name: string): Uint8Array {
  let bytes
  try {
    bytes = inflateSync(packed, { maxOutputLength: Math.max(1, expected) })
  } catch {
    throw damaged(name, 'its pixels cannot be unpacked')
  }
  if (bytes.length < expected) throw damaged(name, 'some of its pixels are missing')
  return bytes
}

/** Turns differences from pixels beside and above into what they are of, in place. */
function unfilter(
  row: Uint8Array,
  above: Uint8Array,
  { filter, distance }: { readonly filter: number; readonly distance: number },
  name: string,
): void {
  if (filter > 4) throw damaged(name, `it has a filter ${filter}`)
  for (let at = 0; at < row.length; at++) {
    const left = row[at - distance] ?? 0
    const up = above[at] ?? 0
    const guess = [0, left, up, (left + up) >> 1, filter === 4 ? predict(left, up, above[at - distance] ?? 0) : 0][
      filter
    ]
    row[at] = (row[at] ?? 0) + (guess ?? 0)
  }
}

/** The neighbour that is nearest to what they say together. */
function predict(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/** Puts a pixel of a row at its place in the picture. */
function createPainter({ depth, colour, samples }: Header, palette: Buffer | undefined, data: Uint8Array) {
  const most = 2 ** Math.min(8, depth) - 1
  const sampleAt = (row: Uint8Array, place: number) => {
    if (depth === 8) return row[place] ?? 0
    if (depth === 16) return row[place * 2] ?? 0
    const bit = place * depth
    return ((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & most
  }
  return (row: Uint8Array, column: number, place: number) => {
    for (let channel = 0; channel < 3; channel++) {
      const sample = sampleAt(row, column * samples + (samples > 2 ? channel : 0))
      data[place * 3 + channel] = colour === 3 ? (palette?.[sample * 3 + channel] ?? 0) : (sample * 255) / most
    }
  }
}

import type { HuffmanTable } from './jpeg/bit-reader.ts'
import { decodeScan, type Scan } from './jpeg/decode-scan.ts'
import type { Frame } from './jpeg/frame.ts'
import { readFrame, readHuffman, readQuantization } from './jpeg/read-tables.ts'
import { toPixels } from './jpeg/to-pixels.ts'
import { damaged, type Pixels } from './pixels.ts'

/** Many more than any program writes: each goes over the whole picture. */
const mostScans = 100

/** What the segments so far have said. */
interface Reading {
  readonly quantization: Map<number, Uint16Array>
  readonly huffman: Map<number, HuffmanTable>
  frame: Frame | undefined
  restartInterval: number
  /** What Adobe's segment says of the colours: 0 for red, green and blue. */
  transform: number | undefined
  scans: number
}

export function isJpeg(bytes: Buffer): boolean {
  return bytes.length > 3 && bytes.readUInt16BE(0) === 0xffd8
}

/**
 * Decodes a JPEG, baseline or progressive, grey or in colours. How it was turned by a camera is left as it is.
 *
 * @param name of the file, in errors
 * @throws BAD_REQUEST for one that is damaged, too large or of another kind
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 */
export function decodeJpeg(bytes: Buffer, name: string): Pixels {
  const reading: Reading = {
    quantization: new Map(),
    huffman: new Map(),
    frame: undefined,
    restartInterval: 0,
    transform: undefined,
    scans: 0,
  }
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes.readUInt16BE(at)
    if (marker === 0xffd9) break
    // Markers may have any number of these before them.
    if (marker === 0xffff) {
      at += 1
      continue
    }
    const length = bytes.readUInt16BE(at + 2)
    if (marker < 0xffc0 || length < 2 || at + 2 + length > bytes.length) throw damaged(name, 'a segment is cut off')
    readSegment(marker, bytes.subarray(at + 4, at + 2 + length), reading, name)
    at += 2 + length
    if (marker === 0xffda) at = readScan(bytes, at, bytes.subarray(at - length + 2, at), reading, name)
  }
  const { frame, quantization, transform, scans } = reading
  if (frame === undefined || scans === 0) throw damaged(name, 'it has no picture')
  const ids = String.fromCodePoint(...frame.components.map(({ id }) => id))
  return toPixels(frame, quantization, transform === 0 || (transform === undefined && ids === 'RGB'))
}

function readSegment(marker: number, data: Buffer, reading: Reading, name: string): void {
  switch (marker) {
    case 0xffdb:
      return readQuantization(data, reading.quantization, name)
    case 0xffc4:
      return readHuffman(data, reading.huffman, name)
    case 0xffdd:
      reading.restartInterval = data.length >= 2 ? data.readUInt16BE(0) : 0
      return
    case 0xffee:
      if (data.toString('latin1', 0, 5) === 'Adobe') reading.transform = data[11]
      return
    case 0xffc0:
    case 0xffc1:
    case 0xffc2:
      if (reading.frame !== undefined) throw damaged(name, 'it has two frames')
      reading.frame = readFrame(data, marker === 0xffc2, name)
      return
    default:
      // The others of these are frames, too: of kinds that hardly any program writes.
      if (marker > 0xffc2 && marker <= 0xffcf && marker !== 0xffc8 && marker !== 0xffcc) {
        throw damaged(name, 'it is neither baseline nor progressive')
      }
  }
}

/** @returns where the next segment begins */
function readScan(bytes: Buffer, start: number, data: Buffer, reading: Reading, name: string): number {
  const { frame, huffman, restartInterval } = reading
  const count = data[0] ?? 0
  reading.scans += 1
  if (frame === undefined || data.length < 4 + 2 * count || reading.scans > mostScans)
    throw damaged(name, 'a scan is odd')
  const components = Array.from({ length: count }, (_, index) => {
    const [id, tables = 0] = data.subarray(1 + index * 2)
    const component = frame.components.find((each) => each.id === id)
    if (component === undefined) throw damaged(name, 'a scan is of what the frame has not')
    return { component, direct: huffman.get(tables >> 4), alternating: huffman.get(16 + (tables & 15)) }
  })
  const [first = 0, last = 63, bits = 0] = data.subarray(1 + count * 2)
  const scan: Scan = { components, first, last: Math.min(63, last), low: bits & 15, high: bits >> 4, restartInterval }
  if (scan.low > 13 || first > last) throw damaged(name, 'a scan is odd')
  return decodeScan(bytes, start, frame, scan, name)
}

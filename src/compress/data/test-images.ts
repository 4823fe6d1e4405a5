import { crc32, deflateSync } from 'node:zlib'

/** Red, green and blue of a pixel, 0 to 255. */
export type Paint = (x: number, y: number) => readonly [number, number, number]

/** The first filter differs from row to row, so that a picture of five rows has them all. */
export function encodePng(width: number, height: number, paint: Paint): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const above = y === 0 ? new Uint8Array(width * 3) : rowOf(width, y - 1, paint)
    return Buffer.of(y % 5, ...filterRow(rowOf(width, y, paint), above, y % 5))
  })
  return pngOf(width, height, { colour: 2, depth: 8, interlace: 0 }, Buffer.concat(rows))
}

/** @param filtered rows, each behind the number of its filter */
export function pngOf(
  width: number,
  height: number,
  { colour, depth, interlace }: { readonly colour: number; readonly depth: number; readonly interlace: number },
  filtered: Uint8Array,
  palette?: Uint8Array,
): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colour, 0, 0, interlace], 8)
  const parts = [
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', palette)]),
    chunk('IDAT', deflateSync(filtered)),
    chunk('IEND', new Uint8Array()),
  ]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts])
}

function rowOf(width: number, y: number, paint: Paint): Uint8Array {
  return Uint8Array.from(Array.from({ length: width }, (_, x) => paint(x, y)).flat())
}

function filterRow(row: Uint8Array, above: Uint8Array, filter: number): Uint8Array {
  return row.map((value, at) => {
    const [left, up, corner] = [row[at - 3] ?? 0, above[at] ?? 0, above[at - 3] ?? 0]
    const nearest = [left, up, corner].toSorted(
      (a, b) => Math.abs(left + up - corner - a) - Math.abs(left + up - corner - b),
    )
    return value - ([0, left, up, (left + up) >> 1, nearest[0] ?? 0][filter] ?? 0)
  })
}

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 12)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8)
  return bytes
}

import { checkPixels, damaged } from '../pixels.ts'
import { type HuffmanTable, makeHuffmanTable } from './bit-reader.ts'
import { type Component, type Frame, zigzag } from './frame.ts'

/** Reads tables of quantization, by their numbers, each in the order of places. */
export function readQuantization(data: Buffer, tables: Map<number, Uint16Array>, name: string): void {
  for (let at = 0; at < data.length;) {
    const about = data[at] ?? 0
    const isWide = about >> 4 > 0
    const length = isWide ? 128 : 64
    if (at + 1 + length > data.length) throw damaged(name, 'a table of quantization is cut off')
    const table = new Uint16Array(64)
    for (const [order, place] of zigzag.entries()) {
      table[place] = isWide ? data.readUInt16BE(at + 1 + order * 2) : data.readUInt8(at + 1 + order)
    }
    tables.set(about & 15, table)
    at += 1 + length
  }
}

/** Reads tables of codes: those of first coefficients by 0 to 3, of all others by 16 to 19. */
export function readHuffman(data: Buffer, tables: Map<number, HuffmanTable>, name: string): void {
  for (let at = 0; at < data.length;) {
    const counts = data.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (counts.length < 16 || total > 256 || at + 17 + total > data.length)
      throw damaged(name, 'a table of codes is cut off')
    tables.set(data[at] ?? 0, makeHuffmanTable(counts, Uint8Array.from(data.subarray(at + 17, at + 17 + total))))
    at += 17 + total
  }
}

/**
 * Reads what the picture is, and makes room for its coefficients.
 *
 * @throws BAD_REQUEST for a picture that is damaged, too large, or of colours that are not known here
 */
export function readFrame(data: Buffer, isProgressive: boolean, name: string): Frame {
  if (data.length < 6 || data.length < 6 + 3 * data.readUInt8(5)) throw damaged(name, 'its frame is cut off')
  if (data[0] !== 8) throw damaged(name, `it has ${data[0]} bits where others have 8`)
  const [height, width, count] = [data.readUInt16BE(1), data.readUInt16BE(3), data.readUInt8(5)]
  checkPixels(width, height, name)
  if (count !== 1 && count !== 3) throw damaged(name, `it has ${count} components, and not 1 or 3: save it in RGB`)
  const given = Array.from({ length: count }, (_, index) => {
    const [id = 0, factors = 0, table = 0] = data.subarray(6 + index * 3)
    // Of a component that is alone, a unit is a block.
    return { id, across: count === 1 ? 1 : factors >> 4, down: count === 1 ? 1 : factors & 15, table }
  })
  if (given.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4)) {
    throw damaged(name, 'its frame has factors that there are not')
  }
  const mostAcross = Math.max(...given.map(({ across }) => across))
  const mostDown = Math.max(...given.map(({ down }) => down))
  const [unitsPerRow, unitsPerColumn] = [Math.ceil(width / 8 / mostAcross), Math.ceil(height / 8 / mostDown)]
  const components = given.map((each): Component => {
    const [blocksPerRow, blocksPerColumn] = [unitsPerRow * each.across, unitsPerColumn * each.down]
    return {
      ...each,
      blocksPerRow,
      blocksPerColumn,
      ownBlocksPerRow: Math.ceil((width * each.across) / mostAcross / 8),
      ownBlocksPerColumn: Math.ceil((height * each.down) / mostDown / 8),
      coefficients: new Int16Array(blocksPerRow * blocksPerColumn * 64),
    }
  })
  return { width, height, isProgressive, mostAcross, mostDown, unitsPerRow, unitsPerColumn, components }
}

import { damaged } from '../pixels.ts'
import { type BitReader, createBitReader, type HuffmanTable } from './bit-reader.ts'
import { type Component, type Frame, zigzag } from './frame.ts'

export interface ScanComponent {
  readonly component: Component
  /** Undefined where the file has none: a scan that needs it is damaged. */
  readonly direct: HuffmanTable | undefined
  readonly alternating: HuffmanTable | undefined
}

export interface Scan {
  readonly components: readonly ScanComponent[]
  /** First and last coefficient, in their order in the file. */
  readonly first: number
  readonly last: number
  /** Bits that are left for later scans, and those that were left by the scan before; 0 for the first one. */
  readonly low: number
  readonly high: number
  /** Units between two restarts; 0 for none. */
  readonly restartInterval: number
}

/** What goes on from one block to the next. */
interface Progress {
  readonly bits: BitReader
  /** The first coefficient of the block before, of each component. */
  readonly previous: Map<Component, number>
  /** Blocks without anything new that are still to come. */
  empty: number
}

type DecodeBlock = (each: ScanComponent, at: number, progress: Progress) => void

/**
 * Adds what a scan has to the coefficients of its components.
 *
 * @returns where the next marker is
 * @throws BAD_REQUEST for one that is damaged
 */
export function decodeScan(bytes: Uint8Array, start: number, frame: Frame, scan: Scan, name: string): number {
  const progress: Progress = { bits: createBitReader(bytes, start, name), previous: new Map(), empty: 0 }
  const decode = chooseDecoder(frame, scan, name)
  let units = 0
  for (const blocks of unitsOf(frame, scan)) {
    if (scan.restartInterval > 0 && units > 0 && units % scan.restartInterval === 0) {
      progress.bits.restart()
      progress.previous.clear()
      progress.empty = 0
    }
    for (const [each, block] of blocks) decode(each, block * 64, progress)
    units += 1
  }
  return progress.bits.end
}

type Unit = readonly (readonly [each: ScanComponent, block: number])[]

/** The blocks of each unit: of one component alone a block is a unit. */
function* unitsOf(frame: Frame, { components }: Scan): Generator<Unit> {
  const [only, ...others] = components
  if (only !== undefined && others.length === 0) {
    const { ownBlocksPerRow, ownBlocksPerColumn, blocksPerRow } = only.component
    for (let row = 0; row < ownBlocksPerColumn; row++) {
      for (let column = 0; column < ownBlocksPerRow; column++) yield [[only, row * blocksPerRow + column]]
    }
    return
  }
  for (let row = 0; row < frame.unitsPerColumn; row++) {
    for (let column = 0; column < frame.unitsPerRow; column++) {
      yield components.flatMap((each) => {
        const { across, down, blocksPerRow } = each.component
        return Array.from({ length: across * down }, (_, place) => {
          const y = row * down + Math.floor(place / across)
          return [each, y * blocksPerRow + column * across + (place % across)] as const
        })
      })
    }
  }
}

function chooseDecoder(frame: Frame, scan: Scan, name: string): DecodeBlock {
  const table = (found: HuffmanTable | undefined): HuffmanTable => {
    if (found === undefined) throw damaged(name, 'it lacks a table of codes')
    return found
  }
  const readDirect = ({ component, direct }: ScanComponent, { bits, previous }: Progress) => {
    const value = (previous.get(component) ?? 0) + bits.readSigned(bits.readCode(table(direct)) & 15)
    previous.set(component, value)
    return value
  }
  if (!frame.isProgressive) {
    return (each, at, progress) => {
      each.component.coefficients[at] = readDirect(each, progress)
      readAlternating(each.component, at, table(each.alternating), progress, { first: 1, last: 63, low: 0 })
    }
  }
  if (scan.first === 0) {
    return scan.high === 0
      ? (each, at, progress) => void (each.component.coefficients[at] = readDirect(each, progress) << scan.low)
      : ({ component: { coefficients } }, at, { bits }) =>
          void (coefficients[at] = (coefficients[at] ?? 0) | (bits.readBit() << scan.low))
  }
  return scan.high === 0
    ? (each, at, progress) => readAlternating(each.component, at, table(each.alternating), progress, scan)
    : (each, at, progress) => refineAlternating(each.component, at, table(each.alternating), progress, scan)
}

type Band = Pick<Scan, 'first' | 'last' | 'low'>

function readAlternating(
  { coefficients }: Component,
  at: number,
  table: HuffmanTable,
  progress: Progress,
  { first, last, low }: Band,
): void {
  if (progress.empty > 0) {
    progress.empty -= 1
    return
  }
  const { bits } = progress
  for (let place = first; place <= last; place++) {
    const code = bits.readCode(table)
    const [zeros, size] = [code >> 4, code & 15]
    if (size === 0 && zeros < 15) {
      progress.empty = (1 << zeros) - 1 + bits.readBits(zeros)
      return
    }
    place += zeros
    if (size > 0) coefficients[at + (zigzag[place] ?? 63)] = bits.readSigned(size) << low
  }
}

/** One more bit of each coefficient that is none yet, and new ones between them. */
function refineAlternating(
  { coefficients }: Component,
  at: number,
  table: HuffmanTable,
  progress: Progress,
  { first, last, low }: Band,
): void {
  const { bits } = progress
  const refine = (target: number) => {
    const value = coefficients[target] ?? 0
    if (bits.readBit() === 1) coefficients[target] = value + (value < 0 ? -1 : 1) * (1 << low)
  }
  let place = first
  while (place <= last && progress.empty === 0) {
    const code = bits.readCode(table)
    let zeros = code >> 4
    const size = code & 15
    if (size === 0 && zeros < 15) {
      progress.empty = (1 << zeros) + bits.readBits(zeros)
      break
    }
    const added = size === 0 ? 0 : bits.readBit() === 1 ? 1 << low : -(1 << low)
    for (; place <= last; place++) {
      const target = at + (zigzag[place] ?? 63)
      if (coefficients[target] !== 0) refine(target)
      else if (zeros > 0) zeros -= 1
      else {
        coefficients[target] = added
        break
      }
    }
    place += 1
  }
  if (progress.empty === 0) return
  for (; place <= last; place++) {
    const target = at + (zigzag[place] ?? 63)
    if (coefficients[target] !== 0) refine(target)
  }
  progress.empty -= 1
}

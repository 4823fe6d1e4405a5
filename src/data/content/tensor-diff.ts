import type { TensorDifference } from '../../protocol/data-diff.ts'
import { throwIfCancelled } from '../../protocol/errors.ts'
import type { Work } from '../work.ts'
import type { ByteSource } from './byte-source.ts'
import { toDoubles } from './tensor-values.ts'

/** Where the values of a tensor lie in a file. */
export interface TensorData {
  readonly source: ByteSource
  readonly offset: number
  readonly length: number
  /** The values lie side by side, little-endian; otherwise only equal bytes say something. */
  readonly isPlain: boolean
}

/** A multiple of the bytes of every data type. Two of them are in memory, and their values as doubles. */
const blockBytes = 1 << 20

/**
 * How far values are from one another that have one data type and shape. Reads both block by block.
 *
 * @returns `equal`, or undefined where they differ and nothing can be said of how far
 */
export async function diffTensorData(
  dataType: string,
  before: TensorData,
  after: TensorData,
  work: Pick<Work, 'signal'>,
): Promise<TensorDifference | 'equal' | undefined> {
  if (before.length === after.length && (await haveEqualBytes(before, after, work))) return 'equal'
  if (!before.isPlain || !after.isPlain || before.length !== after.length) return undefined
  const sums: Sums = { maxAbsolute: 0, difference: 0, before: 0, after: 0, product: 0, nonFiniteCount: 0 }
  for await (const [oldBlock, newBlock] of readBlocks(before, after, work)) {
    const [oldValues, newValues] = [toDoubles(dataType, oldBlock), toDoubles(dataType, newBlock)]
    if (oldValues === undefined || newValues === undefined) return undefined
    addValues(sums, oldValues, newValues)
  }
  return toDifference(sums)
}

async function haveEqualBytes(before: TensorData, after: TensorData, work: Pick<Work, 'signal'>): Promise<boolean> {
  for await (const [oldBlock, newBlock] of readBlocks(before, after, work)) {
    if (!oldBlock.equals(newBlock)) return false
  }
  return true
}

async function* readBlocks(before: TensorData, after: TensorData, work: Pick<Work, 'signal'>) {
  for (let done = 0; done < before.length; done += blockBytes) {
    throwIfCancelled(work)
    const length = Math.min(blockBytes, before.length - done)
    yield await Promise.all([
      before.source.read(before.offset + done, length),
      after.source.read(after.offset + done, length),
    ])
  }
}

interface Sums {
  maxAbsolute: number
  /** Of squares. */
  difference: number
  before: number
  after: number
  product: number
  nonFiniteCount: number
}

function addValues(sums: Sums, before: Float64Array, after: Float64Array): void {
  let { maxAbsolute, difference, before: oldSquares, after: newSquares, product, nonFiniteCount } = sums
  for (let at = 0; at < before.length; at += 1) {
    const [x, y] = [before[at] ?? 0, after[at] ?? 0]
    const change = y - x
    // NaN and infinities on either side give a difference that is none.
    if (!Number.isFinite(change)) {
      nonFiniteCount += 1
      continue
    }
    const size = Math.abs(change)
    if (size > maxAbsolute) maxAbsolute = size
    difference += change * change
    oldSquares += x * x
    newSquares += y * y
    product += x * y
  }
  Object.assign(sums, { maxAbsolute, difference, before: oldSquares, after: newSquares, product, nonFiniteCount })
}

function toDifference({ maxAbsolute, difference, before, after, product, nonFiniteCount }: Sums): TensorDifference {
  const [oldNorm, newNorm] = [Math.sqrt(before), Math.sqrt(after)]
  return {
    maxAbsolute,
    relativeL2: oldNorm === 0 ? null : Math.sqrt(difference) / oldNorm,
    // Rounding may lead a little beyond.
    cosine: oldNorm === 0 || newNorm === 0 ? null : Math.min(1, Math.max(-1, product / oldNorm / newNorm)),
    nonFiniteCount,
  }
}

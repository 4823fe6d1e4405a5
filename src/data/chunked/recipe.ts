import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import { parseSha256, type Sha256 } from '../hash.ts'

/** Bytes of a pack that stand one after another in an object. */
export interface Run {
  readonly pack: Sha256
  readonly start: number
  readonly length: number
}

/** How an object is put together from packs. */
export interface Recipe {
  readonly sizeBytes: number
  readonly runs: readonly Run[]
}

/** A chunk, and where it lies in its pack. */
export interface PackedChunk {
  readonly name: Sha256
  readonly start: number
  readonly length: number
}

/** A line for the whole, then a line for each run. The first line is enough to know the size. */
export function formatRecipe({ sizeBytes, runs }: Recipe): string {
  const lines = runs.map(({ pack, start, length }) => `${pack} ${start} ${length}`)
  return [`{"runwright-recipe":1,"size":${sizeBytes}}`, ...lines, ''].join('\n')
}

/** @throws STORAGE_DAMAGED for what is no recipe, and for one whose runs are not as long as it says */
export function parseRecipe(text: string, where: string): Recipe {
  const [first = '', ...lines] = text.split('\n')
  const sizeBytes = parseRecipeSize(first, where)
  if (lines.pop() !== '') throw invalid(where)
  const runs = lines.map((line) => {
    const { name, start, length } = parseLine(line, where)
    return { pack: name, start, length }
  })
  if (runs.reduce((sum, { length }) => sum + length, 0) !== sizeBytes) throw invalid(where)
  return { sizeBytes, runs }
}

/** Of its first line. @throws STORAGE_DAMAGED */
export function parseRecipeSize(line: string, where: string): number {
  try {
    const value: unknown = JSON.parse(line)
    const size = isRecord(value) && value['runwright-recipe'] === 1 ? value['size'] : undefined
    if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size
  } catch {
    // Told below.
  }
  throw invalid(where)
}

/** The chunks of a pack: a line each. */
export function formatIndex(chunks: readonly PackedChunk[]): string {
  return [...chunks.map(({ name, start, length }) => `${name} ${start} ${length}`), ''].join('\n')
}

/** @throws STORAGE_DAMAGED */
export function parseIndex(text: string, where: string): readonly PackedChunk[] {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw invalid(where)
  return lines.map((line) => parseLine(line, where))
}

function parseLine(line: string, where: string): PackedChunk {
  const [, hash = '', start, length] = /^([0-9a-f]{64}) (\d{1,15}) (\d{1,15})$/.exec(line) ?? []
  const name = parseSha256(hash)
  if (name === undefined) throw invalid(where)
  return { name, start: Number(start), length: Number(length) }
}

function invalid(where: string): RunwrightError {
  return new RunwrightError('STORAGE_DAMAGED', `${where} is damaged, or a newer Runwright wrote it.`)
}

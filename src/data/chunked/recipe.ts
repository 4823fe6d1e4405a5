import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
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
  const sizeBytes = findRecipeSize(first)
  if (sizeBytes === undefined || lines.pop() !== '') throw invalid(where)
  const runs = lines.map((line) => {
    const run = parseLine(line)
    if (run === undefined) throw invalid(where)
    return { pack: run.name, start: run.start, length: run.length }
  })
  if (runs.reduce((sum, { length }) => sum + length, 0) !== sizeBytes) throw invalid(where)
  return { sizeBytes, runs }
}

/** Of its first line, in bytes; undefined for another line. */
export function findRecipeSize(line: string): number | undefined {
  const value = parseForeignJson(line)
  const size = isRecord(value) && value['runwright-recipe'] === 1 ? value['size'] : undefined
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined
}

/** The chunks of a pack: a line each. */
export function formatIndex(chunks: readonly PackedChunk[]): string {
  return [...chunks.map(({ name, start, length }) => `${name} ${start} ${length}`), ''].join('\n')
}

/** The chunks of a pack; undefined for what is no index, and for one whose chunks do not stand one after another. */
export function findIndex(text: string): readonly PackedChunk[] | undefined {
  const lines = text.split('\n')
  if (lines.pop() !== '') return undefined
  const chunks: PackedChunk[] = []
  let end = 0
  for (const line of lines) {
    const chunk = parseLine(line)
    if (chunk?.start !== end) return undefined
    end += chunk.length
    chunks.push(chunk)
  }
  return chunks
}

function parseLine(line: string): PackedChunk | undefined {
  const [, hash = '', start, length] = /^([0-9a-f]{64}) (\d{1,15}) (\d{1,15})$/.exec(line) ?? []
  const name = parseSha256(hash)
  return name && { name, start: Number(start), length: Number(length) }
}

function invalid(where: string): RunwrightError {
  return new RunwrightError('STORAGE_DAMAGED', `${where} is damaged, or a newer Runwright wrote it.`)
}

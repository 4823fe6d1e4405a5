import { appendFile, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type CandidateLayers, parseCandidateLayers } from '../../protocol/compression.ts'
import { isRecord } from '../../protocol/json.ts'
import { toStorageError } from '../../store/storage-error.ts'
import { type Measurement, type MeasureName, type Measurements, measures } from '../goals.ts'

/** What is known of a recipe: what was measured, or why there is nothing to measure. */
export type KeptResult =
  | {
      readonly sha256: string
      readonly changes: number
      /** What passes left alone, and why. */
      readonly skipped?: readonly string[]
      readonly layers?: CandidateLayers
      readonly measurements: Measurements
    }
  | { readonly reason: string }

/** Results of a search, in a file that outlives its process. */
export interface KeptResults {
  find(key: string): KeptResult | undefined
  /** @throws STORAGE_FULL, STORAGE_READ_ONLY */
  keep(key: string, result: KeptResult): Promise<void>
}

/**
 * Opens what earlier searches have found, one JSON object a line. A line that a kill cut off is one that is not there.
 *
 * @param folder made when it is not there
 * @param isKept false to begin anew
 */
export async function openKeptResults(folder: string, isKept: boolean): Promise<KeptResults> {
  const path = join(folder, 'results.jsonl')
  const told = <T>(work: Promise<T>) => work.catch((error: unknown) => Promise.reject(toStorageError(error, path)))
  await told(mkdir(folder, { recursive: true }))
  if (!isKept) await told(rm(path, { force: true }))
  const text = await readFile(path, 'utf8').catch(() => '')
  const known = new Map(text.split('\n').flatMap((line) => readLine(line) ?? []))
  return {
    find: (key) => known.get(key),
    async keep(key, result) {
      known.set(key, result)
      // The line break before it ends a line that was cut off.
      await told(appendFile(path, `\n${writeLine(key, result)}\n`, { flush: true }))
    },
  }
}

function writeLine(key: string, result: KeptResult): string {
  if ('reason' in result) return JSON.stringify({ key, reason: result.reason })
  const { sha256, changes, skipped, layers, measurements } = result
  const finite = [...measurements].filter(([, { value }]) => Number.isFinite(value))
  const listed = finite.map(([measure, { value, interval }]) => ({ measure, value, interval }))
  return JSON.stringify({ key, sha256, changes, skipped, measurements: listed, layers })
}

/** Undefined for what is no line of ours. */
function readLine(line: string): readonly (readonly [string, KeptResult])[] | undefined {
  const value = parse(line)
  if (!isRecord(value) || typeof value['key'] !== 'string') return undefined
  const { key, reason, sha256, changes, skipped, measurements } = value
  if (typeof reason === 'string') return [[key, { reason }]]
  if (typeof sha256 !== 'string' || typeof changes !== 'number' || !Array.isArray(measurements)) return undefined
  const found = measurements.flatMap((each: unknown) => readMeasurement(each) ?? [])
  const texts = Array.isArray(skipped) ? skipped.filter((each) => typeof each === 'string') : []
  const left = texts.length === 0 ? {} : { skipped: texts }
  const layers = readLayers(value['layers'])
  return [
    [key, { sha256, changes, ...left, measurements: new Map(found), ...(layers === undefined ? {} : { layers }) }],
  ]
}

function readLayers(value: unknown): CandidateLayers | undefined {
  try {
    return value === undefined ? undefined : parseCandidateLayers(value)
  } catch {
    // What is measured is what counts.
    return undefined
  }
}

function readMeasurement(each: unknown): readonly (readonly [MeasureName, Measurement])[] | undefined {
  if (!isRecord(each)) return undefined
  const { measure, value, interval } = each
  if (typeof measure !== 'string' || !isMeasure(measure) || typeof value !== 'number') return undefined
  const [low, high]: readonly unknown[] = Array.isArray(interval) ? interval : []
  const ends = typeof low === 'number' && typeof high === 'number' ? ([low, high] as const) : undefined
  return [[measure, ends === undefined ? { value } : { value, interval: ends }]]
}

function isMeasure(name: string): name is MeasureName {
  return Object.hasOwn(measures, name)
}

function parse(line: string): unknown {
  try {
    return line === '' ? undefined : JSON.parse(line)
  } catch {
    return undefined
  }
}

import { isRecord, parseForeignJson } from './json.ts'
import { integer, object, oneOf } from './parse.ts'

export const dataPhases = [
  'wait',
  'scan',
  'hash',
  'store',
  'checkout',
  'query',
  'upload',
  'download',
  'verify',
  'remove',
] as const

/** How far something long has come with data. */
export interface DataProgress {
  /** What is counted. Default: files. */
  readonly unit?: 'rows'
  /** What is going on, in the field's words; `wait` is for another command on the same repository. */
  readonly phase: (typeof dataPhases)[number]
  readonly doneFiles: number
  /** Undefined until it is known. */
  readonly totalFiles: number | undefined
  readonly doneBytes: number
  readonly totalBytes: number | undefined
}

const count = integer(0, Number.MAX_SAFE_INTEGER)
const parseProgress = object(
  { phase: oneOf(dataPhases), doneFiles: count, doneBytes: count },
  { totalFiles: count, totalBytes: count },
)

/** One line of what `--progress-json` writes. */
export function formatDataProgress(progress: DataProgress): string {
  return JSON.stringify({ progress })
}

/** Undefined for a line that is something else: a message, or an error at the end. */
export function parseDataProgress(line: string): DataProgress | undefined {
  const value = parseForeignJson(line)
  if (!isRecord(value) || !isRecord(value['progress']) || !('phase' in value['progress'])) return undefined
  const { totalFiles, totalBytes, ...parsed } = parseProgress(value['progress'], 'progress')
  return { ...parsed, totalFiles, totalBytes }
}

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'
import { integer, object, text } from '../protocol/parse.ts'
import { parseArtifactPath } from '../tracking/artifact-path.ts'

/** What lies in the folder of a backup, by name. */
export const backupFiles = {
  /** When it was made and of what: `BackupNote` as JSON. A folder without it is no backup. */
  note: 'backup.json',
  store: 'store.db',
  artifacts: 'artifacts',
  /** A `BackedUpFile` as JSON a line, in the order in which they were copied. */
  list: 'artifacts.jsonl',
} as const

export interface BackupNote {
  /** Of this layout: 1. */
  readonly format: number
  /** Of the Runwright that made it. */
  readonly version: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdAt: number
  readonly storeBytes: number
  /** Of `store.db`, in hex. */
  readonly storeSha256: string
  readonly artifactCount: number
  readonly artifactBytes: number
  /** Of `artifacts.jsonl`, in hex. */
  readonly listSha256: string
}

export interface BackedUpFile {
  /** Below `artifacts`, with `/` between components. */
  readonly path: string
  readonly sizeBytes: number
  /** In hex. */
  readonly sha256: string
}

export const backupFormat = 1

const count = integer(0, Number.MAX_SAFE_INTEGER)
const parseNote = object({
  format: count,
  version: text,
  createdAt: count,
  storeBytes: count,
  storeSha256: text,
  artifactCount: count,
  artifactBytes: count,
  listSha256: text,
})
const parseFile = object({ path: text, sizeBytes: count, sha256: text })

/** @throws INVALID_PARAMETER_VALUE when the text is none of a backup, or of a newer layout */
export function parseBackupNote(json: string, folder: string): BackupNote {
  const value = parseForeignJson(json)
  if (!isRecord(value)) throw new RunwrightError('INVALID_PARAMETER_VALUE', `${folder} is no backup.`)
  if (typeof value['format'] === 'number' && value['format'] > backupFormat) {
    throw new RunwrightError('STORAGE_TOO_NEW', `${folder} was written by a newer version of Runwright.`, {
      hint: 'Update Runwright.',
    })
  }
  return parseNote(value, '')
}

/** The files that a list names, one at a time. @throws INVALID_PARAMETER_VALUE for a line that is none, or leads outside */
export async function* readBackupList(path: string): AsyncGenerator<BackedUpFile> {
  const input = createReadStream(path)
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const file = parseFile(parseForeignJson(line), 'artifacts')
      if (parseArtifactPath(file.path).length === 0) throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Invalid path')
      yield file
    }
  } finally {
    input.destroy()
  }
}

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import { parseMd5, parseSha256 } from '../hash.ts'
import type { DataRepository } from '../repository.ts'
import { replaceFile } from '../writing/replace-file.ts'
import type { Decision } from './merge-lists.ts'
import type { Stages } from './unmerged.ts'

/** What was decided of a merge that git waits for. Lost with what is temporary, it costs no more than deciding again. */
export interface MergeMemory {
  /** Absolute path of a folder for what belongs to this merge. */
  readonly folder: string
  /** By path in the tracked folder. */
  readonly decided: ReadonlyMap<string, Decision>
  /** The `.dvc` file says what came of it. */
  readonly isDone: boolean
  keep(decided: ReadonlyMap<string, Decision>, isDone: boolean): void
}

/** @param pointer from the root of the repository */
export function openMergeMemory(
  { temporaryFolder }: Pick<DataRepository, 'temporaryFolder'>,
  pointer: string,
  stages: Stages,
): MergeMemory {
  const folder = join(temporaryFolder, 'merges', nameOf(pointer), nameOf([...stages].flat().join(' ')))
  const file = join(folder, 'decided.json')
  return {
    folder,
    ...readMemory(file),
    keep(decided, isDone) {
      // What was decided of an earlier merge of this file is of no use any more.
      for (const other of listNames(dirname(folder))) {
        if (join(dirname(folder), other) !== folder) rmSync(join(dirname(folder), other), { recursive: true })
      }
      mkdirSync(folder, { recursive: true })
      replaceFile(file, JSON.stringify({ decided: Object.fromEntries(decided), isDone }), folder)
    },
  }
}

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readMemory(file: string): Pick<MergeMemory, 'decided' | 'isDone'> {
  const value = parseForeignJson(readText(file))
  const entries = isRecord(value) && isRecord(value['decided']) ? Object.entries(value['decided']) : []
  const decided = new Map<string, Decision>()
  for (const [path, each] of entries) {
    const decision = parseDecision(each)
    if (decision !== undefined) decided.set(path, decision)
  }
  return { decided, isDone: isRecord(value) && value['isDone'] === true }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function parseDecision(value: unknown): Decision | undefined {
  if (value === 'ours' || value === 'theirs' || value === 'both') return value
  if (!isRecord(value)) return undefined
  const { md5, sha256, sizeBytes } = value
  const hashes = { md5: parseMd5(String(md5)), sha256: parseSha256(String(sha256)) }
  if (hashes.md5 === undefined || hashes.sha256 === undefined || typeof sizeBytes !== 'number') return undefined
  return { md5: hashes.md5, sha256: hashes.sha256, sizeBytes }
}

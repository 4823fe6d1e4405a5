import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A file of a journal: records from `firstSeq` on, up to the first of the next one. */
export interface Segment {
  readonly firstSeq: number
  readonly path: string
}

const digits = 15

export function segmentPath(folder: string, firstSeq: number): string {
  return join(folder, `${String(firstSeq).padStart(digits, '0')}.log`)
}

/** In their order; none where there is no folder. */
export function listSegments(folder: string): Segment[] {
  return listNames(folder)
    .filter((name) => /^\d{15}\.log$/.test(name))
    .toSorted()
    .map((name) => ({ firstSeq: Number(name.slice(0, digits)), path: join(folder, name) }))
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

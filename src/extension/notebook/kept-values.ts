import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'

/** Values by name that are there again whatever becomes of the window. */
export interface KeptValues {
  get(key: string): unknown
  /** Has been written when it returns. */
  update(key: string, value: unknown): void
}

/**
 * Opens a file of values; what cannot be read is empty. VS Code's own memory is written some seconds later, and in the
 * browser not at all by a window that is closed before: a cell that was started just then would be lost sight of.
 *
 * @param path absolute; its folder is made when something is written
 */
export function openKeptValues(path: string, onError: (error: unknown) => void): KeptValues {
  const values = readValues(path)
  return {
    get: (key) => (Object.hasOwn(values, key) ? values[key] : undefined),
    update(key, value) {
      values[key] = value
      try {
        mkdirSync(dirname(path), { recursive: true })
        const beside = `${path}.${process.pid}.tmp`
        writeFileSync(beside, JSON.stringify(values))
        renameSync(beside, path)
      } catch (error) {
        // It is known while the window is open, and a cell need not wait for the disk to have room.
        onError(error)
      }
    },
  }
}

function readValues(path: string): Record<string, unknown> {
  try {
    const values = parseForeignJson(readFileSync(path, 'utf8'))
    return isRecord(values) ? { ...values } : {}
  } catch {
    return {}
  }
}

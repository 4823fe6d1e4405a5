import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfCancelled } from '../../protocol/errors.ts'
import { getSystemErrorCode } from '../artifact-error.ts'
import type { ArtifactPath } from '../artifact-path.ts'
import type { ArtifactStore } from '../artifact-store.ts'
import { createFolderArtifactStore } from '../folder-artifact-store.ts'

/** Files that are still added to, in a folder of this machine: an object is only ever stored whole. */
export interface Growing {
  /** Those that grow now. They stand before objects of the same path. */
  readonly files: ArtifactStore
  /** As an `ArtifactStore` has it; with `isLast` the file becomes an object. */
  append(path: ArtifactPath, bytes: Uint8Array, isLast: boolean): Promise<number>
  remove(path: ArtifactPath): Promise<boolean>
  /** Makes those objects that were not added to since a time: whoever did may be gone. */
  sendOld(before: number, signal: AbortSignal): Promise<void>
}

export function createGrowing({
  folder,
  sizeOf,
  open,
  send,
  checkFree,
}: {
  /** Absolute; nothing else is in it. */
  readonly folder: string
  /** Of an object, in bytes. */
  sizeOf(path: ArtifactPath): Promise<number | undefined>
  open(path: ArtifactPath): Promise<ReadableStream<Uint8Array> | undefined>
  send(path: ArtifactPath, body: AsyncIterable<Uint8Array>): Promise<void>
  checkFree(path: ArtifactPath): Promise<void>
}): Growing {
  const files = createFolderArtifactStore(folder)
  const working = new Map<string, Promise<unknown>>()

  /** One after the other for each file. */
  async function inTurn<T>(path: ArtifactPath, work: () => Promise<T>): Promise<T> {
    const name = path.join('/')
    const turn = (working.get(name) ?? Promise.resolve()).then(work, work)
    working.set(name, turn)
    try {
      return await turn
    } finally {
      if (working.get(name) === turn) working.delete(name)
    }
  }

  async function becomeObject(path: ArtifactPath): Promise<void> {
    const opened = await files.open(path, {})
    if (opened === undefined) return
    await send(path, opened.bytes)
    await remove(path)
  }

  /** With the folders above that are empty then: there are none in a bucket. */
  async function remove(path: ArtifactPath): Promise<boolean> {
    if (!(await files.remove(path))) return false
    for (let depth = path.length - 1; depth > 0; depth--) {
      try {
        await rmdir(join(folder, ...path.slice(0, depth)))
      } catch {
        break
      }
    }
    return true
  }

  /** Its folders may be taken away as empty before it is in them. */
  async function add(path: ArtifactPath, bytes: Uint8Array, isLast: boolean): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await files.append(path, bytes, isLast)
      } catch (error) {
        if (getSystemErrorCode(error) !== 'ENOENT' || attempt === 5) throw error
      }
    }
  }

  async function append(path: ArtifactPath, bytes: Uint8Array, isLast: boolean): Promise<number> {
    const isHere = (await files.find(path)) !== undefined
    if (!isHere) {
      const sizeBytes = await sizeOf(path)
      if (sizeBytes !== undefined && bytes.length === 0) return sizeBytes
      const before = sizeBytes === undefined ? undefined : await open(path)
      if (before === undefined) await checkFree(path)
      else await files.write(path, before)
    }
    const sizeBytes = await add(path, bytes, isLast)
    if (isLast) await becomeObject(path)
    return sizeBytes
  }

  return {
    files,
    append: (path, bytes, isLast) => inTurn(path, () => append(path, bytes, isLast)),
    remove: (path) => inTurn(path, () => remove(path)),
    async sendOld(before, signal) {
      for await (const { path, changedTime } of files.walk([])) {
        throwIfCancelled({ signal })
        if (changedTime < before) await inTurn(path, () => becomeObject(path))
      }
    },
  }
}

import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import { loadPrivateText, writePrivateText } from '../../store/private-file.ts'
import { getSystemErrorCode } from '../artifact-error.ts'

/** What an upload says of itself, in a file of its folder. */
export interface UploadRecord {
  /** Of the artifact that it will be. */
  readonly path: string
  readonly partCount: number
  readonly isCompleted: boolean
}

/** The files of uploads, a folder for each; a folder without a record is none. */
export interface UploadFolder {
  make(uploadId: string, record: Pick<UploadRecord, 'path' | 'partCount'>): Promise<void>
  find(uploadId: string): Promise<UploadRecord | undefined>
  /** A path for a part that is still to come, which nobody else has. */
  nextPath(uploadId: string): string
  /** Makes a file that has come a part; one of the same number goes. */
  keepPart(uploadId: string, part: number, etag: string, file: string): Promise<void>
  /** The bytes of parts, one after the other. @throws the system's error when one is not there */
  read(
    uploadId: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
  ): AsyncGenerator<Uint8Array>
  hasPart(uploadId: string, part: number, etag: string): Promise<boolean>
  /** Takes the parts away and remembers that they were completed. */
  close(uploadId: string): Promise<void>
  remove(uploadId: string): Promise<void>
  /** Takes away what nothing has come of since a time, in milliseconds; resolves to how many go on. */
  sweep(before: number): Promise<number>
}

const recordName = 'upload.json'
const readBytes = 1 << 20

/** @param root absolute; made when the first upload is */
export function createUploadFolder(root: string): UploadFolder {
  let count = 0
  const folderOf = (uploadId: string) => join(root, uploadId)
  const closedFolderOf = (uploadId: string) => join(root, `done-${uploadId}`)
  const partName = (part: number, etag: string) => `${part}.${etag}`

  async function load(folder: string): Promise<Pick<UploadRecord, 'path' | 'partCount'> | undefined> {
    const record = parseForeignJson((await loadPrivateText(join(folder, recordName))) ?? '')
    if (!isRecord(record)) return undefined
    const { path, partCount } = record
    return typeof path === 'string' && typeof partCount === 'number' ? { path, partCount } : undefined
  }

  /** First out of sight, so that a part that comes meanwhile finds no folder. */
  async function remove(uploadId: string): Promise<void> {
    const doomed = join(root, `gone-${uploadId}-${(count += 1)}`)
    try {
      await rename(folderOf(uploadId), doomed)
    } catch (error) {
      if (getSystemErrorCode(error) !== 'ENOENT') throw error
      return
    }
    await rm(doomed, { recursive: true, force: true })
  }

  return {
    async make(uploadId, record) {
      await mkdir(folderOf(uploadId), { recursive: true, mode: 0o700 })
      await writePrivateText(join(folderOf(uploadId), recordName), JSON.stringify(record))
    },
    async find(uploadId) {
      if (!/^[0-9a-f]{32}$/.test(uploadId)) return undefined
      const record = await load(folderOf(uploadId))
      if (record !== undefined) return { ...record, isCompleted: false }
      const closed = await load(closedFolderOf(uploadId))
      return closed && { ...closed, isCompleted: true }
    },
    nextPath: (uploadId) => join(folderOf(uploadId), `coming-${(count += 1)}`),
    async keepPart(uploadId, part, etag, file) {
      await rename(file, join(folderOf(uploadId), partName(part, etag)))
      for (const name of await readdir(folderOf(uploadId))) {
        if (name.startsWith(`${part}.`) && name !== partName(part, etag)) await rm(join(folderOf(uploadId), name))
      }
    },
    async hasPart(uploadId, part, etag) {
      if (!/^[0-9a-f-]+$/.test(etag)) return false
      const entry = await lstat(join(folderOf(uploadId), partName(part, etag))).catch(() => undefined)
      return entry?.isFile() === true
    },
    async *read(uploadId, parts) {
      for (const { number, etag } of parts) {
        await using file = await open(join(folderOf(uploadId), partName(number, etag)))
        yield* file.createReadStream({ highWaterMark: readBytes, autoClose: false })
      }
    },
    async close(uploadId) {
      const closed = closedFolderOf(uploadId)
      await rename(folderOf(uploadId), closed)
      const parts = (await readdir(closed)).filter((name) => name !== recordName)
      for (const name of parts) await rm(join(closed, name), { force: true })
    },
    remove,
    async sweep(before) {
      const names = await readdir(root).catch(() => [])
      let left = 0
      for (const name of names) {
        // A folder is changed by every part that begins or ends.
        const entry = await lstat(join(root, name)).catch(() => undefined)
        if (entry === undefined) continue
        if (entry.mtimeMs < before || name.startsWith('gone-'))
          await rm(join(root, name), { recursive: true, force: true })
        else if (!name.startsWith('done-')) left += 1
      }
      return left
    },
  }
}

import { rm } from 'node:fs/promises'
import { RunwrightError } from '../protocol/errors.ts'
import { toArtifactError } from './artifact-error.ts'
import { writeFile } from './artifact-file.ts'
import { parseArtifactPath } from './artifact-path.ts'
import type { Artifacts } from './artifacts.ts'
import { createUploadFolder, type UploadRecord } from './uploads/upload-folder.ts'

/** A part as its sender names it. */
export interface UploadedPart {
  readonly number: number
  readonly etag: string
}

/**
 * Artifacts that come in parts, each in a request of its own and in any order. Nothing of them is seen before all are
 * there and the upload is completed, and what was not completed goes away by itself.
 */
export interface MultipartUploads {
  /**
   * Begins one.
   *
   * @returns its id
   * @throws INVALID_PARAMETER_VALUE for a path that no artifact can have; REQUEST_LIMIT_EXCEEDED when too many have begun
   */
  create(path: string, partCount: number): Promise<string>
  /**
   * Stores a part once it is here as a whole; one that is sent again takes the place of the one before.
   *
   * @returns the tag that tells it from others of its number
   * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE, STORAGE_FULL
   */
  writePart(uploadId: string, part: number, body: AsyncIterable<Uint8Array>): Promise<string>
  /**
   * Makes the parts one artifact. Doing it again changes nothing.
   *
   * @throws INVALID_PARAMETER_VALUE when a part is missing or is another one; then all stays as it was
   */
  complete(path: string, uploadId: string, parts: readonly UploadedPart[]): Promise<void>
  /** Takes all of it away; one that is not there is none to complain about. */
  abort(uploadId: string): Promise<void>
}

/** An upload of which no part has come for so long is given up. */
const patienceMs = 24 * 60 * 60 * 1000

const maxUploads = 1000

/** @param folder absolute, and none of the artifacts: what lies there can be named by no client */
export function createMultipartUploads({
  folder,
  artifacts,
  now,
  randomBytes,
}: {
  folder: string
  artifacts: Pick<Artifacts, 'write'>
  now(): number
  randomBytes(size: number): Uint8Array
}): MultipartUploads {
  const files = createUploadFolder(folder)
  const completing = new Map<string, Promise<void>>()
  const random = (size: number) => Buffer.from(randomBytes(size)).toString('hex')

  async function get(uploadId: string): Promise<UploadRecord> {
    const record = await files.find(uploadId)
    if (record !== undefined) return record
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no upload '${uploadId}'.`, {
      hint: 'It was aborted, or no part of it has come for a day. Begin a new one.',
    })
  }

  async function complete(path: string, uploadId: string, parts: readonly UploadedPart[]): Promise<void> {
    const record = await get(uploadId)
    checkPath(record, path)
    if (record.isCompleted) return
    checkAllNamed(record, parts)
    for (const { number, etag } of parts) {
      if (!(await files.hasPart(uploadId, number, etag))) {
        throw invalid(`Part ${number} of '${path}' has not come, or is another one now.`)
      }
    }
    await artifacts.write(path, files.read(uploadId, parts))
    await files.close(uploadId)
  }

  return {
    async create(path, partCount) {
      if (parseArtifactPath(path).length === 0) throw invalid('Invalid path')
      if ((await files.sweep(now() - patienceMs)) >= maxUploads) {
        throw new RunwrightError('REQUEST_LIMIT_EXCEEDED', `${maxUploads} uploads have begun and not ended.`, {
          hint: 'Complete or abort some of them.',
        })
      }
      const uploadId = random(16)
      await files.make(uploadId, { path, partCount })
      return uploadId
    },

    async writePart(uploadId, part, body) {
      const { path, partCount, isCompleted } = await get(uploadId)
      if (isCompleted) throw invalid(`The upload of '${path}' is completed already.`)
      if (part > partCount) throw invalid(`The upload of '${path}' has ${partCount} parts, and none of number ${part}.`)
      const [coming, etag] = [files.nextPath(uploadId), random(16)]
      try {
        await writeFile(coming, body)
        await files.keepPart(uploadId, part, etag, coming)
        return etag
      } catch (error) {
        await rm(coming, { force: true })
        throw toArtifactError(error, path)
      }
    },

    async complete(path, uploadId, parts) {
      const working = completing.get(uploadId) ?? complete(path, uploadId, parts)
      completing.set(uploadId, working)
      try {
        await working
      } finally {
        completing.delete(uploadId)
      }
    },

    async abort(uploadId) {
      if ((await files.find(uploadId)) !== undefined) await files.remove(uploadId)
    },
  }
}

function checkPath(record: UploadRecord, path: string): void {
  if (parseArtifactPath(path).join('/') === parseArtifactPath(record.path).join('/')) return
  throw invalid(`This upload is one of '${record.path}', not of '${path}'.`)
}

/** All of an upload or nothing: one part too few would be a torn file. */
function checkAllNamed({ path, partCount }: UploadRecord, parts: readonly UploadedPart[]): void {
  const isWhole = parts.length === partCount && parts.every(({ number }, index) => number === index + 1)
  if (isWhole) return
  throw invalid(`The upload of '${path}' has ${partCount} parts, which have to be named in their order.`)
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message)
}

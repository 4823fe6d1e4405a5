import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../protocol/client.ts'
import type { RunId } from '../protocol/ids.ts'
import { artifactPaths } from '../protocol/tag-names.ts'
import type { Spool } from './spool.ts'

/** The first upload comes soon, so that the log of a run can be opened at once. */
const firstUploadMs = 1000
const uploadMs = 3000
/** A log is uploaded whole each time: of a long one at most this share of the time, one part in ten, goes into that. */
const restFactor = 10

export interface LogUpload {
  /** Stores what the spool holds now, unless that was stored before. Throws what the engine answered. */
  upload(): Promise<void>
  /** Uploads again and again while the log grows, until the signal; a failed one is made up for by the next. */
  follow(signal: AbortSignal): Promise<void>
}

/** Brings the spooled output of a run to its artifact `logs/output.log`. */
export function createLogUpload(client: Client, runId: RunId, spool: Spool): LogUpload {
  let uploadedBytes = -1
  const upload = async () => {
    const sizeBytes = await stat(spool.log).then(
      ({ size }) => size,
      () => 0,
    )
    if (sizeBytes === uploadedBytes || (sizeBytes === 0 && uploadedBytes === -1)) return
    await client.upload(runId, artifactPaths.log, readStart(spool.log, sizeBytes))
    uploadedBytes = sizeBytes
  }
  return {
    upload,
    async follow(signal) {
      for (let pauseMs = firstUploadMs; ;) {
        await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {})
        if (signal.aborted) return
        const started = performance.now()
        await upload().catch(() => {})
        pauseMs = Math.max(uploadMs, (performance.now() - started) * restFactor)
      }
    },
  }
}

/** Only what was there when its size was read: the file grows meanwhile. */
function readStart(file: string, sizeBytes: number): ReadableStream<Uint8Array> {
  // SAFETY: a file opened without an encoding gives Buffers, which are Uint8Arrays.
  return Readable.toWeb(createReadStream(file, { end: sizeBytes - 1 })) as ReadableStream<Uint8Array>
}

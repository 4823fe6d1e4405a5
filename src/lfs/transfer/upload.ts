import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { LfsPointer } from '../../git/lfs-pointer.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Actions } from '../actions.ts'
import { discard } from '../http/answers.ts'
import { withRetries } from '../http/retry.ts'
import type { LfsAction } from '../messages.ts'
import { createDamaged, hasObject, objectPath } from '../objects.ts'
import { performRenewed } from '../perform-renewed.ts'
import type { LfsRepository } from '../repository.ts'
import type { LfsServer } from '../server.ts'

export interface Upload {
  readonly repository: LfsRepository
  readonly server: LfsServer
  readonly actions: Actions
  readonly signal: AbortSignal
  /** Told of bytes as they are sent, and of negative ones when they have to be sent again. */
  readonly onBytes: (count: number) => void
}

/**
 * Sends an object of the store and lets the server verify it. A server that has it is sent nothing.
 *
 * @returns whether it was sent
 * @throws ObjectRefused; RESOURCE_DOES_NOT_EXIST where neither side has it; STORAGE_DAMAGED where the store has other bytes than
 *   the name says; TEMPORARILY_UNAVAILABLE, CANCELLED
 */
export function uploadObject(upload: Upload, pointer: LfsPointer): Promise<boolean> {
  const { actions, signal } = upload
  return withRetries(
    () =>
      performRenewed(actions, pointer, signal, async ({ upload: put, verify, isAuthenticated }) => {
        if (put === undefined) return false
        if (!(await hasObject(upload.repository, pointer))) throw createMissing(pointer)
        await send(upload, pointer, put, isAuthenticated)
        if (verify !== undefined) await askToVerify(upload, pointer, verify, isAuthenticated)
        return true
      }),
    signal,
  )
}

async function send(upload: Upload, pointer: LfsPointer, action: LfsAction, isAuthenticated: boolean): Promise<void> {
  const { repository, server, signal, onBytes } = upload
  const isChunked = action.headers['transfer-encoding'] === 'chunked'
  const length: Record<string, string> = isChunked ? {} : { 'content-length': String(pointer.sizeBytes) }
  const type = action.headers['content-type'] ?? 'application/octet-stream'
  let sentBytes = 0
  const onSent = (count: number) => {
    sentBytes += count
    onBytes(count)
  }
  const path = objectPath(repository, pointer.oid)
  const request = {
    method: 'PUT',
    headers: { ...length, 'content-type': type },
    body: pointer.sizeBytes === 0 ? Buffer.alloc(0) : readChecked(path, pointer, onSent),
    what: `room for object ${pointer.oid.slice(0, 10)}`,
  } as const
  try {
    discard(await server.perform(action, isAuthenticated, request, signal))
  } catch (error) {
    onBytes(-sentBytes)
    throw error
  }
}

/** The last piece is let go only when all of them have the hash: a damaged object never arrives whole. */
async function* readChecked(
  path: string,
  { oid, sizeBytes }: LfsPointer,
  onSent: (count: number) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let readBytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    // SAFETY: a stream without an encoding gives buffers.
    const bytes = chunk as Buffer
    hash.update(bytes)
    readBytes += bytes.length
    if (readBytes >= sizeBytes && (readBytes > sizeBytes || hash.copy().digest('hex') !== oid)) {
      throw createDamaged(path)
    }
    yield bytes
    onSent(bytes.length)
  }
}

async function askToVerify(
  { server, signal }: Upload,
  { oid, sizeBytes }: LfsPointer,
  action: LfsAction,
  isAuthenticated: boolean,
): Promise<void> {
  const mediaType = 'application/vnd.git-lfs+json'
  const request = {
    method: 'POST',
    headers: { accept: mediaType, 'content-type': mediaType },
    body: Buffer.from(JSON.stringify({ oid, size: sizeBytes })),
    what: `a check of object ${oid.slice(0, 10)}`,
  } as const
  discard(await server.perform(action, isAuthenticated, request, signal))
}

function createMissing({ oid }: LfsPointer): RunwrightError {
  return new RunwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `Object ${oid.slice(0, 10)} is neither on the server nor on this machine.`,
    {
      hint: 'Push it from the clone that has it, or fetch it from a remote that does: "runwright lfs fetch --remote".',
    },
  )
}

import type { LfsPointer } from '../../git/lfs-pointer.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Actions } from '../actions.ts'
import { toError } from '../../http/http-client.ts'
import { withRetries } from '../http/retry.ts'
import { performRenewed } from '../perform-renewed.ts'
import type { LfsRepository } from '../repository.ts'
import type { LfsServer } from '../server.ts'
import { type Incomplete, type Leftovers, openIncomplete } from './incomplete.ts'

export interface Download {
  readonly repository: LfsRepository
  readonly server: LfsServer
  readonly actions: Actions
  readonly leftovers: Leftovers
  readonly signal: AbortSignal
  /** Told of bytes that have come, and of negative ones when they have to come again. */
  readonly onBytes: (count: number) => void
}

/**
 * Brings an object into the store. It goes on where an earlier attempt broke off, and is there only once its SHA-256 is
 * what the pointer says.
 *
 * @throws ObjectRefused; INVALID_STATE where the server sends other bytes; TEMPORARILY_UNAVAILABLE, STORAGE_FULL, CANCELLED
 */
export async function downloadObject(download: Download, pointer: LfsPointer): Promise<void> {
  const incomplete = await openIncomplete(download.repository, pointer, download.leftovers)
  download.onBytes(incomplete.sizeBytes)
  let isDone = false
  try {
    let most = incomplete.sizeBytes
    await withRetries(async (gotFurther) => {
      await receive(download, pointer, incomplete, () => {
        if (incomplete.sizeBytes > most) gotFurther()
        most = Math.max(most, incomplete.sizeBytes)
      })
    }, download.signal)
    isDone = true
  } finally {
    if (!isDone) {
      download.onBytes(-incomplete.sizeBytes)
      await incomplete.leave()
    }
  }
}

async function receive(
  download: Download,
  pointer: LfsPointer,
  incomplete: Incomplete,
  gotFurther: () => void,
): Promise<void> {
  const startedAt = incomplete.sizeBytes
  if (startedAt < pointer.sizeBytes) await receiveRest(download, pointer, incomplete, gotFurther)
  const [cameBytes, isWhole] = [incomplete.sizeBytes, incomplete.sizeBytes === pointer.sizeBytes]
  if (isWhole && (await incomplete.finish())) return
  if (!isWhole) {
    const message = `${download.server.label} broke off after ${cameBytes} of ${pointer.sizeBytes} bytes.`
    throw new RunwrightError('TEMPORARILY_UNAVAILABLE', message, { hint: 'What has come is kept. Try again.' })
  }
  download.onBytes(-cameBytes)
  // What was there before may be what is wrong.
  if (startedAt > 0) return receive(download, pointer, incomplete, gotFurther)
  throw new RunwrightError(
    'INVALID_STATE',
    `${download.server.label} sent other bytes than object ${pointer.oid.slice(0, 10)} has: their SHA-256 differs. They were thrown away.`,
    { hint: 'Ask whoever runs the server: the object is damaged there, or something on the way changes it.' },
  )
}

async function receiveRest(
  { server, actions, signal, onBytes }: Download,
  pointer: LfsPointer,
  incomplete: Incomplete,
  gotFurther: () => void,
): Promise<void> {
  const start = incomplete.sizeBytes
  const request = {
    method: 'GET',
    headers: start === 0 ? {} : { range: `bytes=${start}-` },
    what: `object ${pointer.oid.slice(0, 10)}`,
  } as const
  const { answer, url } = await performRenewed(actions, pointer, signal, async ({ download, isAuthenticated }) => {
    if (download === undefined) throw createWithoutWay(pointer)
    const answer = await server.perform(download, isAuthenticated, request, signal)
    return { answer, url: download.url }
  })
  if (start > 0 && !continuesAt(answer.status, answer.headers['content-range'], start)) {
    onBytes(-start)
    await incomplete.clear()
    if (answer.status === 416) {
      answer.body.destroy()
      return
    }
  }
  try {
    for await (const chunk of answer.body) {
      // SAFETY: a message without an encoding gives buffers.
      const bytes = chunk as Buffer
      if (incomplete.sizeBytes + bytes.length > pointer.sizeBytes) {
        onBytes(-incomplete.sizeBytes)
        await incomplete.clear()
        throw createTooLong(server, pointer)
      }
      await incomplete.append(bytes)
      onBytes(bytes.length)
      gotFurther()
    }
  } catch (cause) {
    answer.body.destroy()
    throw toError(cause, url, signal)
  }
}

function continuesAt(status: number, range: string | undefined, start: number): boolean {
  return status === 206 && /^bytes (\d+)-/.exec(range ?? '')?.[1] === String(start)
}

function createTooLong({ label }: LfsServer, { oid, sizeBytes }: LfsPointer): RunwrightError {
  const message = `${label} sends more than the ${sizeBytes} bytes that object ${oid.slice(0, 10)} has.`
  return new RunwrightError('INVALID_STATE', message, { hint: 'Ask whoever runs the server. Nothing of it was kept.' })
}

function createWithoutWay({ oid }: LfsPointer): RunwrightError {
  const message = `The server has object ${oid.slice(0, 10)}, but gives no way to it.`
  return new RunwrightError('INVALID_STATE', message, { hint: 'Ask whoever runs the server.' })
}

import { mapConcurrently } from '../base/map-concurrently.ts'
import type { Work } from '../data/work.ts'
import type { DataProgress } from '../protocol/data-progress.ts'
import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type Actions, ObjectRefused, openActions } from './actions.ts'
import type { LfsContext } from './context.ts'
import { findEndpoint, type LfsOperation } from './endpoint.ts'
import { copyFromFolder, copyToFolder } from './transfer/folder.ts'
import { downloadObject } from './transfer/download.ts'
import { findLeftovers } from './transfer/incomplete.ts'
import { uploadObject } from './transfer/upload.ts'
import type { LfsRepository } from './repository.ts'
import { openLfsServer } from './server.ts'

export interface TransferResult {
  readonly transferred: readonly LfsPointer[]
  /** What the other side had already. */
  readonly unneeded: readonly LfsPointer[]
  readonly failures: readonly TransferFailure[]
}

export interface TransferFailure {
  readonly pointer: LfsPointer
  readonly error: RunwrightError
}

export interface TransferOptions {
  readonly repository: LfsRepository
  readonly operation: LfsOperation
  /** Of a remote; default: as Git LFS chooses. */
  readonly remote: string | undefined
  /** No object twice. */
  readonly pointers: readonly LfsPointer[]
  readonly context: LfsContext
}

type TransferOne = (pointer: LfsPointer, signal: AbortSignal, onBytes: (count: number) => void) => Promise<boolean>

const defaultConcurrency = 8

/**
 * Moves objects between the store and the server, several at a time. One that fails does not hold up the others.
 *
 * @throws what concerns the server as a whole: UNAUTHENTICATED, PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE, …; STORAGE_FULL,
 *   STORAGE_READ_ONLY; CANCELLED. What has come stays.
 */
export async function transferObjects(options: TransferOptions, work: Work): Promise<TransferResult> {
  const { repository, operation, remote, pointers, context } = options
  if (pointers.length === 0) return { transferred: [], unneeded: [], failures: [] }
  const endpoint = await findEndpoint(repository, operation, remote)
  if (endpoint.kind === 'folder') {
    const copy = operation === 'download' ? copyFromFolder : copyToFolder
    return transferEach(options, work, (pointer, signal, onBytes) =>
      copy({ repository, folder: endpoint.folder, signal, onBytes }, pointer),
    )
  }
  using server = await openLfsServer(repository, endpoint, operation, context)
  const refName = await findRefName(repository)
  const actions = openActions({ server, operation, pointers, refName, now: context.now })
  return transferEach(options, work, await chooseTransfer(options, server, actions))
}

async function chooseTransfer(
  { repository, operation }: TransferOptions,
  server: Awaited<ReturnType<typeof openLfsServer>>,
  actions: Actions,
): Promise<TransferOne> {
  if (operation === 'upload') {
    return (pointer, signal, onBytes) => uploadObject({ repository, server, actions, signal, onBytes }, pointer)
  }
  const leftovers = await findLeftovers(repository)
  return async (pointer, signal, onBytes) => {
    await downloadObject({ repository, server, actions, leftovers, signal, onBytes }, pointer)
    return true
  }
}

async function transferEach(
  { repository, operation, pointers }: TransferOptions,
  work: Work,
  transferOne: TransferOne,
): Promise<TransferResult> {
  const stop = new AbortController()
  const signal = AbortSignal.any([work.signal, stop.signal])
  const { onBytes, onFile } = count(operation, pointers, work)
  const result = { transferred: [] as LfsPointer[], unneeded: [] as LfsPointer[], failures: [] as TransferFailure[] }
  let fatal: { readonly error: unknown } | undefined
  const asked = Number(repository.config.own.get('lfs.concurrenttransfers'))
  await mapConcurrently(pointers, asked >= 1 && asked <= 64 ? asked : defaultConcurrency, async (pointer) => {
    if (signal.aborted) return
    try {
      const isNeeded = await transferOne(pointer, signal, onBytes)
      ;(isNeeded ? result.transferred : result.unneeded).push(pointer)
      onFile(pointer, isNeeded)
    } catch (thrown) {
      const error = ofObjectAlone(thrown)
      if (error !== undefined) {
        result.failures.push({ pointer, error })
        return
      }
      fatal ??= { error: thrown }
      stop.abort()
    }
  })
  if (work.signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
  if (fatal !== undefined) throw fatal.error
  return result
}

/** Undefined for an error after which the others would fail as well. */
function ofObjectAlone(thrown: unknown): RunwrightError | undefined {
  if (thrown instanceof ObjectRefused) return thrown.error
  if (!(thrown instanceof RunwrightError)) return undefined
  const ofOne = ['RESOURCE_DOES_NOT_EXIST', 'INVALID_STATE', 'STORAGE_DAMAGED']
  return ofOne.includes(thrown.code) ? thrown : undefined
}

function count(operation: LfsOperation, pointers: readonly LfsPointer[], work: Work) {
  let doneFiles = 0
  let doneBytes = 0
  const totalBytes = pointers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const phase: DataProgress['phase'] = operation
  const tell = () => work.progress({ phase, doneFiles, totalFiles: pointers.length, doneBytes, totalBytes })
  return {
    onBytes(bytes: number) {
      doneBytes += bytes
      tell()
    },
    onFile({ sizeBytes }: LfsPointer, isNeeded: boolean) {
      doneFiles++
      if (!isNeeded) doneBytes += sizeBytes
      tell()
    },
  }
}

async function findRefName({ git }: LfsRepository): Promise<string | undefined> {
  const name = (await git(['symbolic-ref', '--quiet', 'HEAD']))?.toString().trim()
  return name === '' ? undefined : name
}

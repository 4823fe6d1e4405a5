import { lstat, mkdtemp, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mapConcurrently } from '../base/map-concurrently.ts'
import type { Work } from '../data/work.ts'
import { toFileName, toPath } from '../git/git-path.ts'
import { maxPointerBytes, parseLfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { copyHashed } from './copy-hashed.ts'
import type { FileFailure } from './fetch.ts'
import type { LfsFile } from './files.ts'
import { createDamaged, hasObject, objectPath } from './objects.ts'
import type { LfsRepository } from './repository.ts'

export interface CheckoutResult {
  readonly checkedOut: readonly LfsFile[]
  readonly failures: readonly FileFailure[]
}

const filesAtATime = 8

/**
 * Puts contents of the store in the place of their pointers. A file that is no pointer, or that of other bytes, is somebody's
 * work and stays. What is written is hashed on the way.
 *
 * @throws STORAGE_FULL, STORAGE_READ_ONLY, CANCELLED; each file is the pointer or the content, never half
 */
export async function checkOutLfsFiles(
  repository: LfsRepository,
  files: readonly LfsFile[],
  work: Work,
): Promise<CheckoutResult> {
  const scratch = await createScratch(repository)
  const checkedOut: LfsFile[] = []
  const failures: FileFailure[] = []
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  let [doneFiles, doneBytes] = [0, 0]
  const tell = () => work.progress({ phase: 'checkout', doneFiles, totalFiles: files.length, doneBytes, totalBytes })
  try {
    await mapConcurrently([...files.entries()], filesAtATime, async ([index, file]) => {
      throwIfCancelled(work)
      const onBytes = (count: number) => {
        doneBytes += count
        tell()
      }
      try {
        const options = { signal: work.signal, onBytes, beside: join(scratch, String(index)) }
        if (await checkOut(repository, file, options)) checkedOut.push(file)
      } catch (error) {
        const ofFileAlone = error instanceof RunwrightError && error.code === 'STORAGE_DAMAGED'
        if (!ofFileAlone) throw error
        failures.push({ path: file.path, error })
      }
      doneFiles++
      tell()
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return { checkedOut, failures }
}

/** In git's folder, which is mostly on the same disk as the work tree, so that a file appears whole. */
async function createScratch({ incompleteFolder, root }: LfsRepository): Promise<string> {
  const store = await stat(dirname(incompleteFolder)).catch(() => undefined)
  const tree = await stat(root)
  const parent = store?.dev === tree.dev ? dirname(incompleteFolder) : root
  return mkdtemp(join(parent, '.runwright-checkout-'))
}

interface CheckOutOptions {
  readonly signal: AbortSignal
  readonly onBytes: (count: number) => void
  /** Where the content is written first. */
  readonly beside: string
}

async function checkOut(
  repository: LfsRepository,
  file: LfsFile,
  { beside, ...options }: CheckOutOptions,
): Promise<boolean> {
  const mode = await findPointerMode(repository, file)
  if (mode === undefined || file.sizeBytes === 0 || !(await hasObject(repository, file))) return false
  const object = objectPath(repository, file.oid)
  const { oid } = await copyHashed(object, beside, { ...options, mode })
  if (oid !== file.oid) throw createDamaged(object)
  // Somebody may have written to it meanwhile.
  if ((await findPointerMode(repository, file)) === undefined) return false
  await rename(beside, toPath(repository.root, file.path))
  return true
}

/** The mode of the file, where it is the pointer, and lies in the work tree rather than behind a link. */
async function findPointerMode({ root }: LfsRepository, { path, oid }: LfsFile): Promise<number | undefined> {
  const place = toPath(root, path)
  const entry = await lstat(place).catch(() => undefined)
  if (entry?.isFile() !== true || entry.size >= maxPointerBytes) return undefined
  const name = join(root, toFileName(path))
  if ((await realpath(dirname(name)).catch(() => undefined)) !== dirname(name)) return undefined
  return parseLfsPointer(await readFile(place))?.oid === oid ? entry.mode & 0o777 : undefined
}

import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LfsPointer } from '../../git/lfs-pointer.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { copyHashed } from '../copy-hashed.ts'
import { createDamaged, hasObject, objectPath } from '../objects.ts'
import type { LfsRepository } from '../repository.ts'

export interface FolderCopy {
  readonly repository: LfsRepository
  /** Of a repository of this machine, bare or not. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly onBytes: (count: number) => void
}

/**
 * Brings an object from the store of another repository of this machine.
 *
 * @throws RESOURCE_DOES_NOT_EXIST, STORAGE_DAMAGED, STORAGE_FULL, CANCELLED
 */
export async function copyFromFolder(copy: FolderCopy, pointer: LfsPointer): Promise<boolean> {
  const other = { objectsFolder: await findObjects(copy.folder) }
  if (!(await hasObject(other, pointer))) throw createMissing(pointer, copy.folder)
  await copyObject(objectPath(other, pointer.oid), objectPath(copy.repository, pointer.oid), pointer, copy)
  return true
}

/**
 * Brings an object of the store to another repository of this machine.
 *
 * @returns whether it was not there yet
 * @throws RESOURCE_DOES_NOT_EXIST, STORAGE_DAMAGED, STORAGE_FULL, CANCELLED
 */
export async function copyToFolder(copy: FolderCopy, pointer: LfsPointer): Promise<boolean> {
  const other = { objectsFolder: await findObjects(copy.folder) }
  if (await hasObject(other, pointer)) return false
  if (!(await hasObject(copy.repository, pointer))) throw createMissing(pointer, copy.repository.root)
  await copyObject(objectPath(copy.repository, pointer.oid), objectPath(other, pointer.oid), pointer, copy)
  return true
}

async function findObjects(folder: string): Promise<string> {
  const [inside, bare] = await Promise.all(
    ['.git', 'objects'].map((name) =>
      stat(join(folder, name)).then(
        (entry) => entry.isDirectory(),
        () => false,
      ),
    ),
  )
  if (inside === true) return join(folder, '.git', 'lfs', 'objects')
  if (bare === true) return join(folder, 'lfs', 'objects')
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `The remote ${folder} is no repository of this machine.`, {
    hint: 'See "git remote -v": the folder may have been moved, or its disk is not there.',
  })
}

async function copyObject(from: string, to: string, { oid }: LfsPointer, options: FolderCopy): Promise<void> {
  const beside = `${to}.runwright-${process.pid}`
  await mkdir(dirname(to), { recursive: true })
  try {
    await rm(beside, { force: true })
    const copied = await copyHashed(from, beside, options)
    if (copied.oid !== oid) throw createDamaged(from)
    await rename(beside, to)
  } finally {
    await rm(beside, { force: true })
  }
}

function createMissing({ oid }: LfsPointer, folder: string): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${folder} does not have object ${oid.slice(0, 10)}.`, {
    hint: 'Bring it there from the clone that has it: "git lfs push" or "runwright lfs push".',
  })
}

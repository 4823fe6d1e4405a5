import { lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DataHash, Sha256 } from '../hash.ts'
import { hasSha256, md5Of } from '../workspace/read-states.ts'
import type { IndexRecord } from '../workspace/file-index.ts'
import type { Recording } from '../writing/record-path.ts'
import type { ObjectCheck } from './object-check.ts'
import { emptyPlan, type OutPlan, type Problems, type Removal } from './plan.ts'
import type { PlannedFiles } from './planned-files.ts'
import { lookAt, readFolder } from './plan-folder.ts'

/**
 * Compares a file of the workspace with what it should be, and changes nothing.
 *
 * @param path of the file, from the root
 * @param problems is added to
 * @param files is added to
 */
export async function planFile(
  recording: Recording,
  path: string,
  { hash, sha256 }: { readonly hash: DataHash; readonly sha256: Sha256 | undefined },
  check: ObjectCheck,
  problems: Problems,
  files: PlannedFiles,
): Promise<OutPlan> {
  const absolute = join(recording.repository.root, path)
  const plan = emptyPlan(path)
  const seen = lstatSync(absolute, { throwIfNoEntry: false })
  if (seen?.isDirectory() === true) {
    await make()
    return { ...plan, removals: await planToEmpty(recording, path, check, problems), changed: 1 }
  }
  const record = seen === undefined ? undefined : await readFile(recording, path)
  if (record !== undefined && md5Of(record) === hash) {
    files.add(record)
    return plan
  }
  if (record !== undefined && seen?.isSymbolicLink() === false && !(await check.isSound(md5Of(record)))) {
    problems.unsaved.push(path)
  }
  await make()
  return seen === undefined ? { ...plan, added: 1 } : { ...plan, changed: 1 }

  async function make() {
    const replaces = seen === undefined || seen.isDirectory() ? undefined : lookAt(absolute)
    await check.expect(hash, (problem) => problems[problem].push(path))
    const isExecutable = seen !== undefined && (seen.mode & 0o100) !== 0 && seen.isFile()
    files.add({ path, md5: hash, sha256, isExecutable, replaces })
  }
}

/**
 * A file of the workspace as it is now. Undefined for a link that leads to nothing.
 *
 * @param needsSha256 also where only its md5 is known; it is zeros otherwise
 */
export async function readFile(
  recording: Recording,
  path: string,
  { needsSha256 = false }: { readonly needsSha256?: boolean } = {},
): Promise<IndexRecord | undefined> {
  const { repository, singles, pool, lock } = recording
  const stat = statSync(join(repository.root, path), { throwIfNoEntry: false })
  if (stat?.isFile() !== true) return undefined
  const known = singles.find(path, stat)
  if (known !== undefined && (!needsSha256 || hasSha256(known))) return known
  const { numbers, hashes } = await pool.take({ folder: repository.root, paths: [path], store: undefined }, stat.size)
  const [sizeBytes = 0, mtimeMs = 0, ino = 0] = numbers
  const record = { path, sizeBytes, mtimeMs: mtimeMs < lock.takenMs ? mtimeMs : 0, ino, hashes }
  singles.set(record)
  return record
}

/** All that is in a folder goes away, if it can be brought back. */
export async function planToEmpty(
  recording: Recording,
  path: string,
  check: ObjectCheck,
  problems: Problems,
): Promise<readonly Removal[]> {
  const removals: Removal[] = []
  for await (const entry of readFolder(recording, path)) {
    const isSaved = entry.kind === 'folder' || (entry.kind === 'file' && (await check.isSound(md5Of(entry))))
    if (!isSaved) problems.unsaved.push(`${path}/${entry.path}`)
    removals.push({ path: entry.path, ...lookAt(join(recording.repository.root, path, entry.path)) })
  }
  return removals
}

import { lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DataHash, Sha256 } from '../hash.ts'
import { type HashName, type HashNeeds, isEnough, md5Of } from '../hashing/hash-digits.ts'
import type { IndexRecord } from '../workspace/file-index.ts'
import type { Recording } from '../writing/record-path.ts'
import type { ObjectCheck } from './object-check.ts'
import { emptyPlan, type OutPlan, type Problems } from './plan.ts'
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
    await planToEmpty(recording, path, check, problems, files)
    return { ...plan, changed: 1 }
  }
  const record = seen === undefined ? undefined : await readFile(recording, path)
  if (record !== undefined && md5Of(record) === hash) {
    files.add(record)
    return plan
  }
  if (record !== undefined && seen?.isSymbolicLink() === false && !(await check.isSound(md5Of(record)))) {
    problems.unsaved.add(path)
  }
  await make()
  return seen === undefined ? { ...plan, added: 1 } : { ...plan, changed: 1 }

  async function make() {
    const replaces = seen === undefined || seen.isDirectory() ? undefined : lookAt(absolute)
    await check.expect(hash, (problem) => problems[problem].add(path))
    const isExecutable = seen !== undefined && (seen.mode & 0o100) !== 0 && seen.isFile()
    files.add({ path, md5: hash, sha256, isExecutable, replaces })
  }
}

/**
 * A file of the workspace as it is now. Undefined for a link that leads to nothing.
 *
 * @param needs if the index knows it
 * @param only the one hash that is wanted otherwise; the other one's digits are zeros
 */
export async function readFile(
  recording: Recording,
  path: string,
  { needs = 'md5', only }: { readonly needs?: HashNeeds; readonly only?: HashName } = {},
): Promise<IndexRecord | undefined> {
  const { repository, singles, pool, lock } = recording
  const stat = statSync(join(repository.root, path), { throwIfNoEntry: false })
  if (stat?.isFile() !== true) return undefined
  const known = singles.find(path, stat)
  if (known !== undefined && isEnough(known, needs)) return known
  const request = { folder: repository.root, paths: [path], store: undefined, only }
  const { numbers, hashes } = await pool.take(request, stat.size)
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
  files: PlannedFiles,
): Promise<void> {
  for await (const batch of readFolder(recording, path)) {
    for (const entry of batch) {
      const isSaved = entry.kind === 'folder' || (entry.kind === 'file' && (await check.isSound(md5Of(entry))))
      if (!isSaved) problems.unsaved.add(`${path}/${entry.path}`)
      files.remove({ path: entry.path, ...lookAt(join(recording.repository.root, path, entry.path)) })
    }
  }
}

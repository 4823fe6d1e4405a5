import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { createWritingGit, type Git, loadGitEnvironment, runGit, type WritingGit } from './git.ts'

/** Refs below this keep snapshots; git neither lists them as branches nor pushes them. */
export const snapshotRefs = 'refs/runwright/snapshots/'

/** Several workspaces may lie in one repository: each has refs of its own, and lets go of those alone. */
function refsOf(folder: string): string {
  return `${snapshotRefs}${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12)}/`
}

const maxListBytes = 64 << 20

/**
 * So that git keeps a snapshot as long as someone may ask for it. No reflog is written.
 *
 * @param folder the workspace that it is of
 */
export async function keepSnapshot(git: WritingGit, folder: string, commit: string): Promise<void> {
  await git(['-c', 'core.logAllRefUpdates=false', 'update-ref', `${refsOf(folder)}${commit}`, commit])
}

/** The snapshots that a repository keeps for a workspace, by commit; empty where there is none. */
export async function listSnapshots(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const git = runGit(folder, await loadGitEnvironment(folder, env))
  const output = await git(['for-each-ref', '--format=%(objectname)', refsOf(folder)], maxListBytes)
  return (output?.toString() ?? '').split('\n').filter((line) => line !== '')
}

/**
 * Lets go of the snapshots of a workspace that nobody names any more; git removes their files in its own time (two weeks, by default).
 * One that is named and not kept, because the workspace has been moved for instance, is kept again. All or nothing
 * changes.
 *
 * @param named by jobs and runs, as commits; those that are not in this repository do not matter
 * @returns how many were let go of
 */
export async function deleteSnapshots(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  named: ReadonlySet<string>,
): Promise<number> {
  const safe = await loadGitEnvironment(folder, env)
  const refs = refsOf(folder)
  const kept = new Set(await listSnapshots(folder, env))
  const gone = [...kept].filter((commit) => !named.has(commit))
  const missing = await listKnownCommits(
    runGit(folder, safe),
    [...named].filter((commit) => !kept.has(commit)),
  )
  const lines = [
    ...gone.map((commit) => `delete ${refs}${commit}\0${commit}\0`),
    ...missing.map((commit) => `update ${refs}${commit}\0${commit}\0\0`),
  ]
  if (lines.length === 0) return 0
  const git = createWritingGit(folder, safe)
  await git(['-c', 'core.logAllRefUpdates=false', 'update-ref', '-z', '--stdin'], Buffer.from(lines.join('')))
  return gone.length
}

/** Those of these names in full that the repository has as commits. */
export async function listKnownCommits(git: Git, names: readonly string[]): Promise<readonly string[]> {
  const known = names.filter((name) => /^[0-9a-f]{40,64}$/.test(name))
  if (known.length === 0) return []
  const input = Buffer.from(`${known.join('\n')}\n`)
  const output = await git(['cat-file', '--batch-check=%(objectname) %(objecttype)'], maxListBytes, input)
  const lines = (output?.toString() ?? '').split('\n')
  return lines.filter((line) => line.endsWith(' commit')).map((line) => line.slice(0, -' commit'.length))
}

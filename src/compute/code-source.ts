import { setTimeout as delay } from 'node:timers/promises'
import { rememberLast } from '../base/remember-last.ts'
import { loadNamedVersions } from '../data/named-versions.ts'
import type { DataVersion } from '../protocol/data-versions.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { JobSpec } from '../protocol/jobs.ts'
import { openGit } from '../git/git.ts'
import { readPatch } from '../git/patch.ts'
import { findRemoteUrl } from '../git/remote-url.ts'
import { deleteSnapshots } from '../git/snapshot-refs.ts'
import { createSnapshot, type Snapshot } from '../git/snapshot.ts'
import { findCode } from './code/locate-code.ts'

/** What a job is launched with. */
export interface LaunchedCode {
  /** Undefined where there is none, and none is needed. */
  readonly snapshot?: Snapshot
  /** Of the repository it came from; without user name and password. */
  readonly remoteUrl?: string
  /** Sentences about what is not kept of it. */
  readonly warnings: readonly string[]
}

/** The code of the workspace, as it is when a job is launched. */
export interface CodeSource {
  /**
   * @param isNeeded the job runs from nothing else: without code it cannot be launched
   * @throws INVALID_STATE when code is needed and cannot be had, with what to do
   */
  take(isNeeded: boolean): Promise<LaunchedCode>
  /**
   * The versions that the `.dvc` files of the code name for these paths.
   *
   * @param code of the job; where it has none, its files are those on disk
   * @throws RESOURCE_DOES_NOT_EXIST for a path that is not under version control, INVALID_PARAMETER_VALUE
   */
  readData(
    paths: readonly string[],
    code: { readonly commit?: string; readonly head?: string },
  ): Promise<readonly DataVersion[]>
  /** What makes a snapshot of its commit, for `git apply`; undefined where nothing differs, or it is too large. */
  readPatch(snapshot: Snapshot): Promise<Uint8Array | undefined>
  /**
   * Lets go of what earlier engines have taken and no job names: a launch may have failed after its code was taken.
   *
   * @param named commits of all jobs
   */
  release(named: ReadonlySet<string>): Promise<void>
}

/** Where no workspace is. */
export const noCode: CodeSource = {
  take: () => Promise.resolve({ warnings: [] }),
  readData: () => Promise.resolve([]),
  readPatch: () => Promise.resolve(undefined),
  release: () => Promise.resolve(),
}

/** Whether a job runs from its snapshot rather than in the workspace. */
export function needsCode({ isIsolated }: Pick<JobSpec, 'isIsolated'>, targetKind: string): boolean {
  return isIsolated || targetKind !== 'local'
}

/** @param workspace absolute path */
export function createCodeSource(workspace: string, env: Readonly<Record<string, string | undefined>>): CodeSource {
  /** Their jobs may not be in the store yet. */
  const taken = new Set<string>()
  let last: Snapshot | undefined
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<Snapshot> | undefined
  let restedAt = 0

  /** The jobs of a sweep have one snapshot. */
  const readPatchOf = rememberLast(async (root: string, head: string | undefined, commit: string) =>
    readPatch(await openGit(root, env), head, commit),
  )

  /**
   * Launches that come while a snapshot is being taken share the one after it: theirs must not be older than they are.
   * Between two of them git rests as long as it has worked, so that a thousand launches leave the machine to the jobs.
   */
  function takeSnapshot(): Promise<Snapshot> {
    next ??= running.then(async () => {
      const restMs = restedAt - performance.now()
      if (restMs > 0) await delay(restMs)
      const startedAt = performance.now()
      const snapshot = createSnapshot({ folder: workspace, env, earlier: last })
      next = undefined
      running = snapshot
        .then(
          (made) => {
            taken.add(made.commit)
            last = made
          },
          () => undefined,
        )
        .finally(() => {
          restedAt = 2 * performance.now() - startedAt
        })
      return snapshot
    })
    return next
  }

  return {
    async take(isNeeded) {
      try {
        const [snapshot, remoteUrl] = await Promise.all([takeSnapshot(), openGit(workspace, env).then(findRemoteUrl)])
        return { snapshot, ...(remoteUrl === undefined ? {} : { remoteUrl }), warnings: snapshot.warnings }
      } catch (error) {
        // Where it is needed, the snapshot says best what is missing: git, a repository, or its files.
        if (isNeeded || !(error instanceof RunwrightError)) throw error
        if ((await findCode(workspace, env)) === undefined) return { warnings: [] }
        return { warnings: [`The code of this job is not kept. ${error.message}`] }
      }
    },
    readData: (paths, code) => loadNamedVersions({ folder: workspace, env, ...code }, paths),
    async readPatch({ root, head, commit }) {
      return head === commit ? undefined : readPatchOf(root, head, commit)
    },

    async release(named) {
      if ((await findCode(workspace, env)) === undefined) return
      const done = running.then(() => deleteSnapshots(workspace, env, new Set([...named, ...taken])))
      running = done.catch(() => undefined)
      await done
    },
  }
}

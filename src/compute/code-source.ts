import { RunwrightError } from '../protocol/errors.ts'
import type { JobSpec } from '../protocol/jobs.ts'
import { openGit } from '../git/git.ts'
import { readPatch } from '../git/patch.ts'
import { findRemoteUrl } from '../git/remote-url.ts'
import { createSnapshot, type Snapshot } from '../git/snapshot.ts'
import { findCode, getCode } from './code/locate-code.ts'

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
  /** What makes a snapshot of its commit, for `git apply`; undefined where nothing differs, or it is too large. */
  readPatch(snapshot: Snapshot): Promise<Uint8Array | undefined>
}

/** Where no workspace is. */
export const noCode: CodeSource = {
  take: () => Promise.resolve({ warnings: [] }),
  readPatch: () => Promise.resolve(undefined),
}

/** Whether a job runs from its snapshot rather than in the workspace. */
export function needsCode({ isIsolated }: Pick<JobSpec, 'isIsolated'>, targetKind: string): boolean {
  return isIsolated || targetKind !== 'local'
}

/** @param workspace absolute path */
export function createCodeSource(workspace: string, env: Readonly<Record<string, string | undefined>>): CodeSource {
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<Snapshot> | undefined

  /** Launches that come while a snapshot is being taken share the one after it: theirs must not be older than they are. */
  function takeSnapshot(): Promise<Snapshot> {
    next ??= running.then(() => {
      const taken = createSnapshot({ folder: workspace, env })
      next = undefined
      running = taken.catch(() => undefined)
      return taken
    })
    return next
  }

  return {
    async take(isNeeded) {
      try {
        const [snapshot, remoteUrl] = await Promise.all([takeSnapshot(), openGit(workspace, env).then(findRemoteUrl)])
        return { snapshot, ...(remoteUrl === undefined ? {} : { remoteUrl }), warnings: snapshot.warnings }
      } catch (error) {
        if (!(error instanceof RunwrightError)) throw error
        // Where no code can be found at all, a job that needs it is told so, and any other has none.
        if (isNeeded) await getCode(workspace, env)
        else if ((await findCode(workspace, env)) === undefined) return { warnings: [] }
        if (isNeeded) throw error
        return { warnings: [`The code of this job is not kept. ${error.message}`] }
      }
    },
    async readPatch({ root, head, commit }) {
      if (head === commit) return undefined
      return readPatch(await openGit(root, env), head, commit)
    },
  }
}

import { RunwrightError } from '../protocol/errors.ts'
import type { JobSpec } from '../protocol/jobs.ts'
import { deleteSnapshots } from '../git/snapshot-refs.ts'
import { createSnapshot, type Snapshot } from '../git/snapshot.ts'
import { findCode } from './code/locate-code.ts'

/** What a job is launched with. */
export interface LaunchedCode {
  /** Undefined where there is none, and none is needed. */
  readonly snapshot?: Pick<Snapshot, 'commit' | 'head'>
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
   * Lets go of what earlier engines have taken and no job names: a launch may have failed after its code was taken.
   *
   * @param named commits of all jobs
   */
  release(named: ReadonlySet<string>): Promise<void>
}

/** Where no workspace is. */
export const noCode: CodeSource = {
  take: () => Promise.resolve({ warnings: [] }),
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
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<Snapshot> | undefined

  /** Launches that come while a snapshot is being taken share the one after it: theirs must not be older than they are. */
  function takeSnapshot(): Promise<Snapshot> {
    next ??= running.then(() => {
      const snapshot = createSnapshot({ folder: workspace, env })
      next = undefined
      running = snapshot.then(
        ({ commit }) => taken.add(commit),
        () => undefined,
      )
      return snapshot
    })
    return next
  }

  return {
    async take(isNeeded) {
      // Where it is needed, the snapshot says best what is missing: git, a repository, or its files.
      if (!isNeeded && (await findCode(workspace, env)) === undefined) return { warnings: [] }
      try {
        const snapshot = await takeSnapshot()
        return { snapshot, warnings: snapshot.warnings }
      } catch (error) {
        if (isNeeded || !(error instanceof RunwrightError)) throw error
        return { warnings: [`The code of this job is not kept. ${error.message}`] }
      }
    },

    async release(named) {
      if ((await findCode(workspace, env)) === undefined) return
      const done = running.then(() => deleteSnapshots(workspace, env, new Set([...named, ...taken])))
      running = done.catch(() => undefined)
      await done
    },
  }
}

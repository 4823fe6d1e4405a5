import { RunwrightError } from '../protocol/errors.ts'
import type { JobSpec } from '../protocol/jobs.ts'
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
}

/** Where no workspace is. */
export const noCode: CodeSource = {
  take: () => Promise.resolve({ warnings: [] }),
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
  }
}

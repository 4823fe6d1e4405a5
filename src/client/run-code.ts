import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { RunId } from '../protocol/ids.ts'
import { findTag } from '../protocol/runs.ts'
import { artifactPaths, tagNames } from '../protocol/tag-names.ts'

/** The code that a run ran, as far as it was recorded. */
export interface RunCode {
  readonly runId: RunId
  readonly runName: string
  readonly commit: string
  /** The commit that holds all of the code, uncommitted files included; jobs have one, and it goes before the patch. */
  readonly snapshot: string | undefined
  /** What `git apply` turns the commit into the code with, new files included; undefined when nothing differed. */
  readonly patch: Uint8Array | undefined
  /** The run had uncommitted changes, but they were too large to be kept. */
  readonly isPatchMissing: boolean
  /** Absolute: the folder the run was started in where that is there, else the workspace. */
  readonly folder: string
  /** Absolute path of what the run was started from. */
  readonly source: string | undefined
}

/**
 * @param workspace absolute; relative folders of runs are below it
 * @throws RESOURCE_DOES_NOT_EXIST when the run does not say which commit it ran
 */
export async function loadRunCode(client: Client, runId: RunId, workspace: string): Promise<RunCode> {
  const { run } = await client.call('runs/get', { runId })
  const snapshot = findTag(run, tagNames.gitSnapshot)
  // Before the first commit a snapshot stands alone.
  const commit = findTag(run, tagNames.gitCommit) ?? snapshot
  if (commit === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Run “${run.name}” does not say which commit it ran.`, {
      hint: 'Runs started with “runwright run” in a git repository do.',
    })
  }
  const patch = await findPatch(client, runId)
  const started = resolve(workspace, findTag(run, tagNames.workingDirectory) ?? '.')
  const source = findTag(run, tagNames.sourceName)
  // git names its root without links, and the two are compared.
  const real = await realpath(started).catch(() => started)
  return {
    runId,
    runName: run.name,
    commit,
    snapshot,
    patch,
    isPatchMissing: snapshot === undefined && patch === undefined && findTag(run, tagNames.gitDirty) === 'true',
    folder: (await isFolder(started)) ? started : workspace,
    source: source === undefined || source === '' ? undefined : resolve(real, source),
  }
}

async function findPatch(client: Client, runId: RunId): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await new Response(await client.download(runId, artifactPaths.patch)).arrayBuffer())
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}

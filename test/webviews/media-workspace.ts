import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseRunId, type RunId } from '../../src/protocol/ids.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'

export interface MediaWorkspace extends AsyncDisposable {
  readonly workspace: TestWorkspace
  /** Of the experiment `media`: `first` and `second`. */
  readonly runs: readonly RunId[]
}

/** A workspace to which the real Python client has logged images, sounds, texts and tables. */
export async function openMediaWorkspace(): Promise<MediaWorkspace> {
  await using resources = new AsyncDisposableStack()
  const workspace = resources.use(await openTestWorkspace())
  const folder = await mkdtemp(join(tmpdir(), 'runwright-media-'))
  resources.defer(() => rm(folder, { recursive: true, force: true }))
  const server = await workspace.client.tracking()
  const printed = await runPython({ python: findTestPython(process.env), script: 'log_media.py', folder, server })
  const runs = Object.values(printed).flatMap((id) => parseRunId(String(id)) ?? [])
  const opened = resources.move()
  return { workspace, runs, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

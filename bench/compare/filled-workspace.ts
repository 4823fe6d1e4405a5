import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId } from '../../src/protocol/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '../../test/vscode/workspace.ts'
import { fillStore, type StoreFill } from './fill-store.ts'

export interface FilledWorkspace extends AsyncDisposable {
  readonly workspace: TestWorkspace
  /** The runs by experiment. */
  readonly filled: ReadonlyMap<string, readonly RunId[]>
}

/** A workspace below a benchmark's folder, with runs in it and then an engine. */
export async function openFilledWorkspace(folder: string, fills: readonly StoreFill[]): Promise<FilledWorkspace> {
  const path = join(folder, 'workspace')
  await mkdir(path)
  const filled = await fillStore(path, fills)
  const workspace = await openTestWorkspace(path)
  return { workspace, filled, [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type * as vscode from 'vscode'
import { artifactScheme, parseArtifactUri } from '../artifact-uri.ts'
import type { CommandContext } from '../context.ts'
import { findStoredFolder } from '../runs/stored-artifacts.ts'

/** A model on this machine, for as long as it is not disposed. */
export interface ModelFile extends AsyncDisposable {
  readonly path: string
  /** Whether it is a copy that goes again, without files that its weights may lie in. */
  readonly isCopy: boolean
}

/**
 * The file of a model that VS Code has open: itself, the artifact where an engine of this machine keeps it, else a copy.
 *
 * @throws as reading the artifact
 */
export async function openModelFile(
  context: Pick<CommandContext, 'vscode' | 'connections'>,
  uri: vscode.Uri,
): Promise<ModelFile> {
  const path = await findModelPath(context, uri)
  if (path !== undefined) return { path, isCopy: false, [Symbol.asyncDispose]: async () => undefined }
  const bytes = await context.vscode.workspace.fs.readFile(uri)
  const folder = await mkdtemp(join(tmpdir(), 'runwright-model-'))
  const copy = join(folder, basename(uri.path))
  await writeFile(copy, bytes)
  return { path: copy, isCopy: true, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** Where the file of a model lies; undefined for one that is not on this machine. */
export async function findModelPath(
  context: Pick<CommandContext, 'connections'>,
  uri: vscode.Uri,
): Promise<string | undefined> {
  if (uri.scheme === 'file') return uri.fsPath
  const address = uri.scheme === artifactScheme ? parseArtifactUri(uri) : undefined
  if (address === undefined || context.connections.find(address.connectionId)?.place.kind !== 'folder') return undefined
  const client = await context.connections.client(address.connectionId)
  const { run } = await client.call('runs/get', { runId: address.runId })
  const folder = findStoredFolder(context, address.connectionId, { uri: run.artifactUri, name: run.name })
  return join(folder, ...address.path.split('/'))
}

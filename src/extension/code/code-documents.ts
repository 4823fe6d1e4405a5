import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { RunwrightError } from '../../protocol/errors.ts'
import type { RunId } from '../../protocol/ids.ts'
import { artifactPaths, tagNames } from '../../protocol/tag-names.ts'
import type { Client } from '../../protocol/client.ts'
import type { Connections } from '../connections/connections.ts'
import { findTag } from '../tree/fields.ts'
import { type CodeTree, listChangedFiles, maxChangedFiles, openCodeTree, readCodeFile } from './code-tree.ts'

/** A file of a run's code: the authority is the connection, the path begins with the run's id. */
const codeScheme = 'runwright-code'

export interface CodeDocuments extends vscode.Disposable {
  /** Opens the diff editor on all files that two runs' code does not agree in. */
  compare(connectionId: string, left: RunId, right: RunId): Promise<void>
}

interface RunCode {
  readonly name: string
  readonly tree: CodeTree
}

/** The code of runs as read-only documents: their commits by the system's git, their uncommitted changes applied. */
export function openCodeDocuments(connections: Pick<Connections, 'client' | 'find'>): CodeDocuments {
  const opened = new Map<string, Promise<RunCode>>()
  let scratch: Promise<string> | undefined

  const open = (connectionId: string, runId: RunId): Promise<RunCode> => {
    const key = `${connectionId}/${runId}`
    const known = opened.get(key)
    if (known) return known
    scratch ??= mkdtemp(join(tmpdir(), 'runwright-code-'))
    const opening = scratch.then((folder) => openRunCode(connections, connectionId, runId, folder))
    opened.set(key, opening)
    // A failure may pass: a commit can be fetched.
    opening.catch(() => opened.delete(key))
    return opening
  }

  const provider = vscode.workspace.registerTextDocumentContentProvider(codeScheme, {
    async provideTextDocumentContent(uri) {
      const [, runId = '', ...path] = uri.path.split('/')
      // SAFETY: only `toUri` makes these; what is no id names no run.
      const { tree } = await open(uri.authority, runId as RunId)
      return readCodeFile(tree, path.join('/'))
    },
  })

  return {
    async compare(connectionId, left, right) {
      const [before, after] = await Promise.all([open(connectionId, left), open(connectionId, right)])
      const files = await listChangedFiles(before.tree, after.tree)
      const title = `${before.name} ↔ ${after.name}`
      if (files.length === 0) {
        void vscode.window.showInformationMessage(`The code of “${before.name}” and “${after.name}” is the same.`)
        return
      }
      const toUri = (runId: RunId, path: string) =>
        vscode.Uri.from({ scheme: codeScheme, authority: connectionId, path: `/${runId}/${path}` })
      const resources = files
        .slice(0, maxChangedFiles)
        .map(({ path, isInLeft, isInRight }) => [
          vscode.Uri.file(join(after.tree.root, path)),
          isInLeft ? toUri(left, path) : undefined,
          isInRight ? toUri(right, path) : undefined,
        ])
      await vscode.commands.executeCommand('vscode.changes', title, resources)
      if (files.length <= maxChangedFiles) return
      void vscode.window.showWarningMessage(`More than ${maxChangedFiles} files differ; the first are shown.`)
    },
    dispose() {
      provider.dispose()
      void scratch?.then((folder) => rm(folder, { recursive: true, force: true }))
    },
  }
}

async function openRunCode(
  connections: Pick<Connections, 'client' | 'find'>,
  connectionId: string,
  runId: RunId,
  scratch: string,
): Promise<RunCode> {
  const client = await connections.client(connectionId)
  const { run } = await client.call('runs/get', { runId })
  const commit = findTag(run, tagNames.gitCommit)
  if (commit === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Run “${run.name}” does not say which commit it ran.`, {
      hint: 'Runs started with “runwright run” in a git repository do.',
    })
  }
  const place = connections.find(connectionId)?.place
  const folder = place?.kind === 'folder' ? place.path : vscode.workspace.workspaceFolders?.[0]?.uri.fsPath
  if (folder === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', 'Open the folder of the repository to compare code.')
  }
  const patch = await findPatch(client, runId)
  return {
    name: run.name,
    tree: await openCodeTree({ folder, commit, patch, runName: run.name }, scratch, process.env),
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

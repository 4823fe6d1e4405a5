import { rm } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import * as vscode from 'vscode'
import { type CodeTree, listChangedFiles, maxChangedFiles, openCodeTree, readCodeFile } from '../../git/code-tree.ts'
import { createScratchFolder } from '../../git/scratch-folder.ts'
import { loadRunCode, type RunCode } from '../../client/run-code.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { Connections } from '../connections/connections.ts'
import { findFolder } from '../connections/find-folder.ts'
import { codeScheme } from './code-scheme.ts'
import { localize } from '../localize.ts'

export interface CodeDocuments extends vscode.Disposable {
  /** Opens the diff editor on all files that two runs' code does not agree in. */
  compare(connectionId: string, left: RunId, right: RunId): Promise<void>
  /** Opens the script or notebook that a run was started from, as it was then. */
  openSource(connectionId: string, runId: RunId): Promise<void>
}

interface OpenedCode {
  readonly code: RunCode
  readonly tree: CodeTree
}

/** The code of runs as read-only files: their commits by the system's git, their uncommitted changes applied. */
export function openCodeDocuments(connections: () => Pick<Connections, 'client' | 'find'>): CodeDocuments {
  const opened = new Map<string, Promise<OpenedCode>>()
  let scratch: Promise<string> | undefined

  const open = (connectionId: string, runId: RunId): Promise<OpenedCode> => {
    const key = `${connectionId}/${runId}`
    const known = opened.get(key)
    if (known) return known
    scratch ??= createScratchFolder('runwright-code')
    const opening = scratch.then((folder) => openRunCode(connections(), connectionId, runId, folder))
    opened.set(key, opening)
    // A failure may pass: a commit can be fetched.
    opening.catch(() => opened.delete(key))
    return opening
  }

  const read = async (uri: vscode.Uri): Promise<Uint8Array> => {
    const [, runId = '', ...path] = uri.path.split('/')
    // SAFETY: only `toUri` makes these; what is no id names no run.
    const { tree } = await open(uri.authority, runId as RunId)
    const content = await readCodeFile(tree, path.join('/'))
    if (content === undefined) throw vscode.FileSystemError.FileNotFound(uri)
    return content
  }
  const provider = vscode.workspace.registerFileSystemProvider(codeScheme, readOnly(read), { isReadonly: true })

  const toUri = (connectionId: string, runId: RunId, path: string) =>
    vscode.Uri.from({ scheme: codeScheme, authority: connectionId, path: `/${runId}/${path}` })

  return {
    async compare(connectionId, left, right) {
      const [before, after] = await Promise.all([open(connectionId, left), open(connectionId, right)])
      const files = await listChangedFiles(before.tree, after.tree)
      const [leftName, rightName] = [before.code.runName, after.code.runName]
      if (files.length === 0) {
        void vscode.window.showInformationMessage(
          localize('The code of “{left}” and “{right}” is the same.', { left: leftName, right: rightName }),
        )
        return
      }
      const resources = files
        .slice(0, maxChangedFiles)
        .map(({ path, isInLeft, isInRight }) => [
          vscode.Uri.file(join(after.tree.root, path)),
          isInLeft ? toUri(connectionId, left, path) : undefined,
          isInRight ? toUri(connectionId, right, path) : undefined,
        ])
      await vscode.commands.executeCommand('vscode.changes', `${leftName} ↔ ${rightName}`, resources)
      if (files.length <= maxChangedFiles) return
      void vscode.window.showWarningMessage(
        localize('More than {count} files differ; the first are shown.', { count: maxChangedFiles }),
      )
    },
    async openSource(connectionId, runId) {
      const { code, tree } = await open(connectionId, runId)
      const path = code.source === undefined ? undefined : pathBelow(tree.root, code.source)
      if (path === undefined || (await readCodeFile(tree, path)) === undefined) {
        const what = path ?? code.source ?? localize('what it was started from')
        throw new RunwrightError(
          'RESOURCE_DOES_NOT_EXIST',
          localize('{what} is not in the code of run “{name}”.', { what, name: code.runName }),
          {
            hint: localize('A file that git ignores is not recorded. “Open Source” opens the file as it is now.'),
          },
        )
      }
      await vscode.commands.executeCommand('vscode.open', toUri(connectionId, runId, path))
    },
    dispose() {
      provider.dispose()
      void scratch?.then((folder) => rm(folder, { recursive: true, force: true }))
    },
  }
}

/** A file of a folder, with `/` between components; undefined when it lies outside. */
function pathBelow(folder: string, file: string): string | undefined {
  const path = relative(folder, file)
  return path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)
    ? undefined
    : path.split(sep).join('/')
}

/** The code of a run never changes, so nothing is watched, and there are no folders to look at. */
function readOnly(read: (uri: vscode.Uri) => Promise<Uint8Array>): vscode.FileSystemProvider {
  const refuse = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri)
  }
  return {
    onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
    watch: () => new vscode.Disposable(() => {}),
    readFile: read,
    stat: async (uri) => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: (await read(uri)).byteLength }),
    readDirectory: () => [],
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  }
}

async function openRunCode(
  connections: Pick<Connections, 'client' | 'find'>,
  connectionId: string,
  runId: RunId,
  scratch: string,
): Promise<OpenedCode> {
  const folder = findFolder(connections, connectionId) ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath
  if (folder === undefined) {
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      localize('Open the folder of the repository to look at the code.'),
    )
  }
  const code = await loadRunCode(await connections.client(connectionId), runId, folder)
  return { code, tree: await openCodeTree(code, scratch, process.env) }
}

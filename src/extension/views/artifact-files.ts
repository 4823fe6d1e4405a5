import * as vscode from 'vscode'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import type { ArtifactEntry } from '../../protocol/runs.ts'
import { parseArtifactUri, type ArtifactAddress } from '../artifact-uri.ts'

export interface ArtifactFiles extends vscode.FileSystemProvider {
  /** Tells VS Code of changed artifacts, so that an open log grows while its run goes on. */
  received(connectionId: string, event: ChangeEvent): void
}

/**
 * Artifacts as files that can only be read.
 *
 * @param findClient waits for a connection that is still being made
 */
export function createArtifactFiles(findClient: (connectionId: string) => Promise<Client>): ArtifactFiles {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>()
  const watched = new Map<string, { uri: vscode.Uri; watchers: number }>()
  /** When an event last named the run; stands for the time of change, which artifact lists lack. */
  const changeTimes = new Map<string, number>()

  const locate = (uri: vscode.Uri): ArtifactAddress => {
    const address = parseArtifactUri(uri)
    if (address === undefined) throw vscode.FileSystemError.FileNotFound(uri)
    return address
  }

  const list = async ({ connectionId, runId }: ArtifactAddress, path: string): Promise<readonly ArtifactEntry[]> => {
    const client = await findClient(connectionId)
    return (await client.call('artifacts/list', { runId, ...(path === '' ? {} : { path }) })).entries
  }

  const refuse = (uri: vscode.Uri) => {
    throw vscode.FileSystemError.NoPermissions(uri)
  }

  return {
    onDidChangeFile: changed.event,
    watch(uri) {
      const entry = watched.get(uri.toString()) ?? { uri, watchers: 0 }
      entry.watchers++
      watched.set(uri.toString(), entry)
      return new vscode.Disposable(() => {
        if (--entry.watchers === 0) watched.delete(uri.toString())
      })
    },
    received(connectionId, event) {
      if (event.kind !== 'artifacts') return
      const concerned = [...watched.values()].filter(({ uri }) => {
        const address = parseArtifactUri(uri)
        return address?.connectionId === connectionId && address.runId === event.runId
      })
      if (concerned.length === 0) return
      changeTimes.set(event.runId, Date.now())
      changed.fire(concerned.map(({ uri }) => ({ type: vscode.FileChangeType.Changed, uri })))
    },
    async stat(uri) {
      const address = locate(uri)
      const { path, runId } = address
      const mtime = changeTimes.get(runId) ?? 0
      const permissions = vscode.FilePermission.Readonly
      if (path === '') return { type: vscode.FileType.Directory, ctime: 0, mtime, size: 0, permissions }
      const entries = await list(address, path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
      const entry = entries.find((entry) => entry.path === path)
      if (entry === undefined) throw vscode.FileSystemError.FileNotFound(uri)
      return { type: fileType(entry), ctime: 0, mtime, size: entry.sizeBytes ?? 0, permissions }
    },
    async readDirectory(uri) {
      const address = locate(uri)
      const entries = await list(address, address.path)
      return entries.map((entry) => [entry.path.slice(entry.path.lastIndexOf('/') + 1), fileType(entry)])
    },
    async readFile(uri) {
      const { connectionId, runId, path } = locate(uri)
      try {
        const client = await findClient(connectionId)
        return new Uint8Array(await new Response(await client.download(runId, path)).arrayBuffer())
      } catch (error) {
        if (!(error instanceof RunwrightError)) throw error
        throw error.code === 'RESOURCE_DOES_NOT_EXIST'
          ? vscode.FileSystemError.FileNotFound(uri)
          : vscode.FileSystemError.Unavailable(error.message)
      }
    },
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  }
}

function fileType(entry: ArtifactEntry): vscode.FileType {
  return entry.isDirectory ? vscode.FileType.Directory : vscode.FileType.File
}

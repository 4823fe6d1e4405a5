import { createReadStream } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { RunwrightError } from '../protocol/errors.ts'
import type { SourceFile } from './run-source.ts'

/**
 * The regular files of a folder and all below it, folder by folder, sorted; no link is followed, and a folder that is one
 * has none: what comes from a stranger would name files of ours by it. None where it is not there.
 */
export async function* listLocalFiles(root: string, below: readonly string[] = []): AsyncGenerator<SourceFile> {
  if (below.length === 0 && !(await isFolder(root))) return
  const folder = join(root, ...below)
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessMissing)
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of sorted) {
    if (!entry.isFile()) continue
    const path = join(folder, entry.name)
    const { size } = await stat(path)
    yield { path: [...below, entry.name].join('/'), sizeBytes: size, open: async () => openFile(path) }
  }
  for (const entry of sorted) if (entry.isDirectory()) yield* listLocalFiles(root, [...below, entry.name])
}

export function openFile(path: string): ReadableStream<Uint8Array> {
  // SAFETY: Node types its web streams apart from the global ones, which they are.
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
}

/** The names of the folders in a folder, sorted. None where it is not there, or is a link. */
export async function listFolders(folder: string): Promise<string[]> {
  if (!(await isFolder(folder))) return []
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessMissing)
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

function unlessMissing(error: unknown): [] {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
  throw error
}

/** A path, or the path of a `file:` URI; undefined for what is on no disk of this machine. */
export function toLocalPath(uri: string): string | undefined {
  if (uri.startsWith('file:')) {
    const url = URL.parse(uri)
    return url === null || url.host !== '' ? undefined : fileURLToPath(url)
  }
  return /^[a-z][a-z0-9+.-]+:/i.test(uri) ? undefined : uri
}

/** A link to one is none. */
export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true
}

/**
 * The place that a user names, links followed.
 *
 * @throws RESOURCE_DOES_NOT_EXIST
 */
export async function resolveNamed(path: string): Promise<string> {
  const resolved = await realpath(path).catch(() => undefined)
  if (resolved !== undefined) return resolved
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no ${path}.`)
}

export async function isPresent(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

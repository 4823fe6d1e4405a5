import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { GitEnvironment } from '../../git/git.ts'
import { streamGit } from '../../git/stream-git.ts'
import { listLocalFiles } from '../local-files.ts'

/** Files of a folder on the disk or of a commit. */
export interface FileTree {
  /** With `/` between components, and their sizes in bytes. */
  readonly files: ReadonlyMap<string, number>
  /** Another text whenever a file may have changed. */
  stamp(path: string): Promise<string>
  open(path: string): AsyncIterable<Uint8Array>
}

/** Folders with other people's files, of any number. */
const passedOver = /(?:^|\/)(?:\.git|\.dvc|\.runwright|\.venv|node_modules)\//

export async function openLocalTree(root: string): Promise<FileTree> {
  const files = new Map<string, number>()
  for await (const { path, sizeBytes } of listLocalFiles(root)) if (!passedOver.test(path)) files.set(path, sizeBytes)
  const toPath = (path: string) => join(root, ...path.split('/'))
  return {
    files,
    async stamp(path) {
      const { size, mtimeMs } = await stat(toPath(path))
      return `${size} ${mtimeMs}`
    },
    open: (path) => createReadStream(toPath(path)),
  }
}

/** @param env of `loadGitEnvironment` */
export async function openCommitTree(
  { folder, env, signal }: { folder: string; env: GitEnvironment; signal: AbortSignal },
  commit: string,
): Promise<FileTree> {
  const listed = await readText(streamGit(folder, env, ['ls-tree', '-r', '-l', '-z', commit], { signal }))
  const files = new Map<string, number>()
  for (const entry of listed.split('\0')) {
    // `100644 blob HASH SIZE`, a tab and the path.
    const [, size, path] = /^100\d+ blob \w+ +(\d+)\t(.+)$/s.exec(entry) ?? []
    if (path !== undefined) files.set(path, Number(size))
  }
  return {
    files,
    stamp: async () => commit,
    open: (path) => streamGit(folder, env, ['cat-file', 'blob', `${commit}:${path}`], { signal }),
  }
}

export async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

export function toStream(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  // SAFETY: Node types its web streams apart from the global ones, which they are.
  return Readable.toWeb(Readable.from(bytes, { objectMode: false })) as ReadableStream<Uint8Array>
}

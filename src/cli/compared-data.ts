import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { mapConcurrently } from '../base/map-concurrently.ts'
import { walkFolders } from '../base/walk-folders.ts'
import { hashOfFile, type FileToCompare, type FolderFileToCompare } from '../data/content-diff.ts'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { CliContext } from './context.ts'

/** What a path on the command line leads to. */
export type FoundData =
  | { readonly type: 'file'; readonly file: FileToCompare }
  | { readonly type: 'folder'; listFiles(): Promise<readonly FolderFileToCompare[]> }

const maxFiles = 1_000_000
const concurrency = 4

/** @throws RESOURCE_DOES_NOT_EXIST when there is neither a file nor a folder */
export async function findData({ cwd, signal }: Pick<CliContext, 'cwd' | 'signal'>, path: string): Promise<FoundData> {
  const absolute = resolve(cwd, path)
  const found = await stat(absolute).catch(() => undefined)
  if (found?.isDirectory() === true) return { type: 'folder', listFiles: () => listFiles(absolute, signal) }
  if (found?.isFile() === true) {
    return { type: 'file', file: { name: basename(absolute), path: absolute, sizeBytes: found.size } }
  }
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is neither a file nor a folder.`)
}

/** Git's, DVC's and ours hold no data by the names of its files. */
const ownFolders: readonly string[] = ['.git', '.dvc', dataFolderName]

/** Files of a cache may be linked into the workspace; links to folders are left out, which may lead around in circles. */
async function listFiles(root: string, signal: AbortSignal): Promise<readonly FolderFileToCompare[]> {
  const list = async (folder = '') => {
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    const found = await mapConcurrently(entries, concurrency, async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return ownFolders.includes(entry.name) ? [] : [{ path, isDirectory: true }]
      const isLinked =
        entry.isSymbolicLink() && (await stat(join(root, path)).catch(() => undefined))?.isFile() === true
      return entry.isFile() || isLinked ? [{ path, isDirectory: false }] : []
    })
    return found.flat()
  }
  const { files, isCut } = await walkFolders(list, maxFiles)
  if (isCut) throw new RunwrightError('INVALID_PARAMETER_VALUE', `${root} has more than ${maxFiles} files.`)
  return mapConcurrently(files, concurrency, async ({ path }) => {
    const absolutePath = join(root, path)
    const { size } = await stat(absolutePath)
    return { path, absolutePath, sizeBytes: size, hash: await hashOfFile(absolutePath, { signal }) }
  })
}

/** Results are kept where the workspace has a data folder already. */
export async function findDiffCacheFolder(workspace: string): Promise<string | undefined> {
  const folder = join(workspace, dataFolderName)
  const entry = await lstat(folder).catch(() => undefined)
  return entry?.isDirectory() === true ? join(folder, dataFiles.dataDiffs) : undefined
}

import type { FileDiff, FolderDiff, NamedContent } from '../protocol/data-diff.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { hashFile } from '../store/hash-file.ts'
import { findContentKind } from './content/content-kind.ts'
import { type DiffKey, openDiffCache } from './content/diff-cache.ts'
import { diffContent } from './content/file-content.ts'
import { diffFolderFiles, type FolderFile } from './content/folder-diff.ts'
import type { ComparedFile } from './content/compared-file.ts'
import type { Work } from './work.ts'

/** A version of a file: in the workspace, or in a cache, where its name is another one. */
export interface FileToCompare extends ComparedFile {
  /** Of its content, where it is known: SHA-256 or MD5, the same for both versions. Default: SHA-256 is computed. */
  readonly hash?: string
}

/** A file of a version of a folder. */
export interface FolderFileToCompare extends FolderFile {
  /** Absolute path of its content; without it the inside is not looked at. */
  readonly absolutePath?: string
}

export interface CompareOptions extends Work {
  /** Columns by which the rows of tables are matched. Default: one that has no value twice, else all of them. */
  readonly key?: readonly string[]
  /** Where results are kept: a folder whose parent's parent is there. Default: nowhere. */
  readonly cacheFolder?: string
}

/** Files of a folder whose inside is looked at. */
const maxContents = 20

/**
 * What changed inside a file.
 *
 * @param old undefined for a file that was added
 * @param now undefined for a file that was removed
 * @throws CANCELLED; INVALID_PARAMETER_VALUE for a key that the table does not have, or that is not the only one of its
 *   row; RESOURCE_DOES_NOT_EXIST for a path that is no file
 */
export async function compareFiles(
  old: FileToCompare | undefined,
  now: FileToCompare | undefined,
  options: CompareOptions,
): Promise<FileDiff> {
  // A hash that only one of them has says nothing about both.
  const isKnown = (old === undefined || old.hash !== undefined) && (now === undefined || now.hash !== undefined)
  const withHash = async (file: FileToCompare | undefined) =>
    file && { ...file, hash: (isKnown ? file.hash : undefined) ?? (await hashFile(file.path, options.signal)) }
  const [before, after] = [await withHash(old), await withHash(now)]
  const isEqual = before !== undefined && before.hash === after?.hash
  const content = isEqual ? undefined : await contentOf(before, after, options)
  return {
    type: 'file',
    state: isEqual ? 'equal' : before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    ...(before && { old: { name: before.name, sizeBytes: before.sizeBytes, hash: before.hash } }),
    ...(after && { new: { name: after.name, sizeBytes: after.sizeBytes, hash: after.hash } }),
    ...(content && { content }),
  }
}

/** SHA-256 of a file in hex, as files are compared by. @throws CANCELLED */
export async function hashOfFile(path: string, work: Pick<Work, 'signal'>): Promise<string> {
  throwIfCancelled(work)
  return hashFile(path, work.signal)
}

type HashedFile = ComparedFile & { readonly hash: string }

async function contentOf(old: HashedFile | undefined, now: HashedFile | undefined, options: CompareOptions) {
  const { key: tableKey = [], cacheFolder } = options
  const kind = findContentKind((now ?? old)?.name ?? '')
  const question = { old, now, tableKey }
  // Looking it up would take as long as reading it anew.
  const isCheap = !['table', 'onnx', 'safetensors'].includes(kind.kind)
  if (cacheFolder === undefined || isCheap) return diffContent(question, options)
  const cache = openDiffCache(cacheFolder)
  const key: DiffKey = {
    oldHash: old?.hash,
    newHash: now?.hash,
    kind: [kind.kind, old, now].map((each) => (typeof each === 'object' ? extensionsOf(each) : each)).join(' '),
    tableKey,
  }
  const known = await cache.find(key)
  if (known !== undefined) return known
  const content = await diffContent(question, options)
  if (content.kind !== 'opaque') await cache.keep(key, content)
  return content
}

/** `csv.gz` of `people.csv.gz`. */
function extensionsOf({ name }: ComparedFile): string {
  return /[^./\\]+(\.(gz|zst))?$/i.exec(name)?.[0] ?? ''
}

/**
 * What changed in a folder: its files by path and hash, how many there are of each class, and the inside of the first
 * files that changed.
 *
 * @throws CANCELLED
 */
export async function compareFolders(
  old: readonly FolderFileToCompare[],
  now: readonly FolderFileToCompare[],
  options: CompareOptions,
): Promise<FolderDiff> {
  const { diff, changed } = diffFolderFiles(old, now)
  const readable = changed.flatMap(([before, after]) => {
    const [oldFile, newFile] = [toCompared(before), toCompared(after)]
    return oldFile === undefined || newFile === undefined || findContentKind(after.path).kind === 'unknown'
      ? []
      : [[oldFile, newFile] as const]
  })
  const contents: NamedContent[] = []
  const notes = [...diff.notes]
  for (const [index, [before, after]] of readable.slice(0, maxContents).entries()) {
    const totalFiles = Math.min(readable.length, maxContents)
    options.progress({ phase: 'query', doneFiles: index, totalFiles, doneBytes: 0, totalBytes: undefined })
    const content = await contentOf(before, after, options).catch((error: unknown) => {
      // A key need not be one of every table in the folder.
      if (!(error instanceof RunwrightError) || error.code !== 'INVALID_PARAMETER_VALUE') throw error
      notes.push(`${after.name}: ${error.message}`)
    })
    if (content !== undefined) contents.push({ path: after.name, content })
  }
  if (readable.length > maxContents) {
    notes.push(`What changed inside is shown for the first ${maxContents} of ${readable.length} files.`)
  }
  return { ...diff, contents, notes }
}

function toCompared({ path, absolutePath, sizeBytes, hash }: FolderFileToCompare): HashedFile | undefined {
  return absolutePath === undefined ? undefined : { name: path, path: absolutePath, sizeBytes, hash }
}

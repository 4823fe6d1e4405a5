import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { isThere } from '../is-there.ts'
import type { FoundRepository } from './find-repository.ts'

/**
 * Refuses repositories of kinds that isomorphic-git reads wrongly, some of them without saying so.
 *
 * @throws NOT_IMPLEMENTED
 */
export async function refuseUnreadable({ root, gitFolder }: FoundRepository): Promise<void> {
  const config = await readFile(join(gitFolder, 'config'), 'utf8').catch(() => '')
  const problem =
    (await findLayoutProblem(gitFolder)) ?? findSettingProblem(config) ?? (await findIndexProblem(gitFolder))
  if (problem !== undefined) throw createRefusal(root, problem)
}

async function findLayoutProblem(gitFolder: string): Promise<string | undefined> {
  const places = {
    commondir: 'is a worktree linked to another clone',
    'objects/info/alternates': 'borrows objects of another clone',
    'refs/replace': 'replaces commits by others',
    'info/grafts': 'replaces parents of commits by others',
  }
  for (const [place, problem] of Object.entries(places)) {
    const isUsed = place === 'refs/replace' ? (await listNames(join(gitFolder, place))).length > 0 : undefined
    if (isUsed ?? (await isThere(join(gitFolder, place)))) return problem
  }
  const names = await listNames(gitFolder)
  return names.some((name) => name.startsWith('sharedindex.')) ? 'has a split index' : undefined
}

function listNames(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

/** Extensions that change nothing of what is read. */
const harmless = new Set(['noop', 'preciousobjects'])

function findSettingProblem(config: string): string | undefined {
  const extensions = /^\s*\[extensions\]([^[]*)/im.exec(config)?.[1] ?? ''
  const named = [...extensions.matchAll(/^\s*(\w+)\s*=\s*(\S*)/gm)]
  const format = named.find(([, name]) => name?.toLowerCase() === 'objectformat')?.[2] ?? 'sha1'
  if (format.toLowerCase() !== 'sha1') return `names its objects by ${format.toUpperCase().replace('SHA', 'SHA-')}`
  const other = named.find(
    ([, name = '']) => !harmless.has(name.toLowerCase()) && name.toLowerCase() !== 'objectformat',
  )
  if (other !== undefined) return `uses the extension ${other[1] ?? ''}`
  return /^\s*sparseCheckout(Cone)?\s*=\s*(true|yes|on|1)\s*$/im.test(config) ? 'is a sparse checkout' : undefined
}

/** @see https://git-scm.com/docs/index-format */
async function findIndexProblem(gitFolder: string): Promise<string | undefined> {
  const index = await readFile(join(gitFolder, 'index')).catch(() => undefined)
  if (index === undefined || index.length < 12) return undefined
  const version = index.readUInt32BE(4)
  if (version !== 2 && version !== 3) return `has an index of version ${version}`
  // Extensions stand behind the entries, and the name of a file may hold any letters: this may refuse one too many.
  if (index.includes('link\0\0\0')) return 'has a split index'
  return index.includes('sdir\0\0\0') ? 'is a sparse checkout' : undefined
}

/**
 * Refuses a file that goes through a filter, Git LFS for example: what is stored is not what it means. The line ends of a file as it is
 * stored are those of the commit, whatever attributes say of the work tree.
 *
 * @param path from the root
 * @param read a file of the same commit
 * @throws NOT_IMPLEMENTED
 */
export async function refuseFiltered(
  root: string,
  path: string,
  read: (path: string) => Promise<Buffer | undefined>,
): Promise<void> {
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const text = (await read(posix.join(folder, '.gitattributes')))?.toString() ?? ''
    const line = text.split('\n').find((each) => changesBytes(each, posix.basename(path)))
    if (line !== undefined) throw createRefusal(root, `has an attribute for ${path}, “${line.trim()}”`)
    if (folder === '.') return
  }
}

/** By the last part of the pattern alone, so rather one line too many. */
function changesBytes(line: string, name: string): boolean {
  const [pattern = '', ...attributes] = line.trim().split(/\s+/)
  if (pattern.startsWith('#') || !attributes.some((word) => /^(filter|working-tree-encoding)=/.test(word))) return false
  const last = posix.basename(pattern.replaceAll('"', ''))
  const parts = last.split(/(\[[^\]]*\]+|[*?])/)
  const source = parts.map((part, index) =>
    index % 2 === 1 ? '.*' : part.replaceAll(/[\\^$.|+(){}[\]]/g, String.raw`\$&`),
  )
  return new RegExp(`^${source.join('')}$`, 's').test(name)
}

function createRefusal(root: string, problem: string): RunwrightError {
  return new RunwrightError('NOT_IMPLEMENTED', `${root} ${problem}, which takes the program git, and there is none.`, {
    hint: 'Install git, or put it on the PATH.',
  })
}

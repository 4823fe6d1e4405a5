import { lstat, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createWritingGit, type WritingGit } from '../git.ts'
import { type GitPath, toPath } from '../git-path.ts'
import { createLfsPointer, formatLfsPointer } from '../lfs-pointer.ts'
import type { NewFiles } from './new-files.ts'
import type { WorkTree } from '../work-tree.ts'

/**
 * Puts files into the index that `workTree.env` names, and resolves to the tree of all that is in it.
 *
 * @param scratch where pointers lie for git to read
 */
export async function writeNewFiles(workTree: WorkTree, files: NewFiles, scratch: string): Promise<string> {
  const git = createWritingGit(workTree.root, workTree.env)
  const pointers = await writePointers(git, workTree, files.large, scratch)
  const plain = [...files.plain, ...pointers.unneeded]
  if (plain.length > 0) {
    const update = ['-c', 'core.splitIndex=false', '-c', 'core.fsyncMethod=batch', 'update-index']
    const paths = Buffer.from(plain.map((path) => `${path}\0`).join(''), 'latin1')
    await git([...update, '--add', '--remove', '--replace', '-z', '--stdin'], paths)
  }
  if (pointers.entries !== '') {
    const entries = Buffer.from(pointers.entries, 'latin1')
    await git(['-c', 'core.splitIndex=false', 'update-index', '--add', '--replace', '-z', '--index-info'], entries)
  }
  return (await git(['write-tree'])).toString().trim()
}

interface Pointers {
  /** Lines for `update-index --index-info`. */
  readonly entries: string
  /** Files that are pointers already. */
  readonly unneeded: readonly GitPath[]
}

/** Filters do not run, so what Git LFS would put in place of a file is written here. */
async function writePointers(
  git: WritingGit,
  { root }: WorkTree,
  paths: readonly GitPath[],
  scratch: string,
): Promise<Pointers> {
  if (paths.length === 0) return { entries: '', unneeded: [] }
  const folder = join(scratch, 'pointers')
  await mkdir(folder)
  const written: { path: GitPath; file: string; mode: string }[] = []
  for (const path of paths) {
    const place = toPath(root, path)
    const entry = await lstat(place)
    const pointer = entry.isFile() ? await createLfsPointer(place) : undefined
    if (pointer === undefined) continue
    const file = join(folder, String(written.length))
    await writeFile(file, formatLfsPointer(pointer))
    written.push({ path, file, mode: (entry.mode & 0o100) === 0 ? '100644' : '100755' })
  }
  const input = Buffer.from(written.map(({ file }) => `${file}\n`).join(''))
  const names = (await git(['hash-object', '-w', '--no-filters', '--stdin-paths'], input)).toString().split('\n')
  const entries = written.map(({ path, mode }, index) => `${mode} ${names[index] ?? ''}\t${path}\0`).join('')
  return { entries, unneeded: paths.filter((path) => !written.some((each) => each.path === path)) }
}

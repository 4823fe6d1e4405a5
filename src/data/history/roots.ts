import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GitEnvironment, runGit } from '../../git/git.ts'
import { isThere } from '../../git/is-there.ts'
import { listKnownCommits } from '../../git/snapshot-refs.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { GitSide } from './git-side.ts'

/** Where git keeps a commit for a while that no ref leads to: in the middle of a merge, a rebase, a reset. */
const passing = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'REBASE_HEAD', 'ORIG_HEAD', 'MERGE_AUTOSTASH']
const passingFiles = ['rebase-merge/autostash', 'rebase-apply/autostash', 'rebase-merge/orig-head']

const maxListBytes = 256 << 20

/** The work trees of a repository that are there, linked ones included; absolute. */
export async function listWorkTrees({ git, root }: Pick<GitSide, 'git' | 'root'>): Promise<readonly string[]> {
  const listed = (await demand(git(['worktree', 'list', '--porcelain'], maxListBytes), root)).toString()
  const blocks = listed.split('\n\n').filter((block) => !/^bare$/m.test(block))
  const paths = blocks.flatMap((block) => /^worktree (.+)$/m.exec(block)?.[1] ?? [])
  const areThere = await Promise.all(paths.map((path) => isThere(join(path, '.git'))))
  // Git names a path with a line feed in quotes; the one that we are in is known anyway.
  return [...new Set([root, ...paths.filter((_, index) => areThere[index])])]
}

/**
 * Commits that matter and that `--all` does not lead to: of every stash, DVC's included, and of what is under way in a
 * work tree.
 */
export async function listHiddenCommits(
  { git, root, env }: Pick<GitSide, 'git' | 'root' | 'env'>,
  workTrees: readonly string[],
): Promise<readonly string[]> {
  const refs = await demand(git(['for-each-ref', '--format=%(refname)', 'refs/stash', 'refs/exps'], maxListBytes), root)
  const stashes = words(refs).filter((ref) => /(^refs\/stash|stash|failed)$/.test(ref))
  const stashed = await Promise.all(
    stashes.map(async (ref) =>
      words(await demand(git(['log', '-g', '--no-show-signature', '--format=%H', ref, '--'], maxListBytes), root)),
    ),
  )
  const passed = await Promise.all(workTrees.map((folder) => listPassing(folder, env)))
  return listKnownCommits(git, [...new Set([...stashed.flat(), ...passed.flat()])])
}

async function listPassing(folder: string, env: GitEnvironment): Promise<readonly string[]> {
  const git = runGit(folder, env)
  const input = Buffer.from(passing.map((name) => `${name}\n`).join(''))
  const checked = words(await demand(git(['cat-file', '--batch-check=%(objectname)'], maxListBytes, input), folder))
  const args = passingFiles.flatMap((name) => ['--git-path', name])
  const paths = words(await demand(git(['rev-parse', '--path-format=absolute', ...args]), folder))
  const kept = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
  return [...checked, ...kept.map((text) => text.trim())].filter((name) => /^[0-9a-f]{40,64}$/.test(name))
}

function words(output: Buffer): readonly string[] {
  return output
    .toString()
    .split('\n')
    .filter((line) => line !== '')
}

/** Who asks what may be deleted takes no answer for none. */
async function demand(answer: Promise<Buffer | undefined>, root: string): Promise<Buffer> {
  const output = await answer
  if (output !== undefined) return output
  throw new RunwrightError('INVALID_STATE', `git cannot tell which commits ${root} has.`, {
    hint: '"git fsck" there says what is wrong.',
  })
}

import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { copyData, discard } from './data-sets.ts'
import type { DataSources } from './data-side.ts'
import { type Cost, measureCommand } from './measured-command.ts'

export const isLfsThere = spawnSync('git', ['lfs', 'version']).status === 0

export function lfsVersion(): string {
  return execFileSync('git', ['lfs', 'version']).toString().split(' ')[0]?.replace('/', ' ') ?? ''
}

/** `git add` of the same data in a repository that keeps it with Git LFS. */
export async function measureLfs(
  folder: string,
  { many, big }: DataSources,
): Promise<Record<'addMany' | 'addBig', Cost>> {
  const root = join(folder, 'lfs')
  execFileSync('git', ['init', '--quiet', root])
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' })
  git('lfs', 'install', '--local')
  git('lfs', 'track', 'data/**', 'big')
  copyData(many, join(root, 'data'))
  copyData(big, join(root, 'big'))
  await measureCommand('/', ['sync'])
  const addMany = await measureCommand(root, ['git', 'add', 'data'])
  const addBig = await measureCommand(root, ['git', 'add', 'big'])
  discard(root, join(folder, 'discarded'))
  return { addMany, addBig }
}

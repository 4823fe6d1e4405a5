import { relative, sep } from 'node:path'
import type { DataStatus } from '../../protocol/data-status.ts'

/** What a change of a file has to do with data under version control. */
export type Meaning = 'nothing' | 'status' | 'repositories'

/**
 * @param root absolute path of the repository
 * @param path absolute path of a file that has changed
 */
export function findMeaning(root: string, status: DataStatus | undefined, path: string): Meaning {
  const inside = relative(root, path).split(sep).join('/')
  const [first, second = ''] = inside.split('/')
  if (inside === '' || first === '..') return 'nothing'
  if (first === '.dvc') return second === '' ? 'repositories' : /^config(\.local)?$/.test(second) ? 'status' : 'nothing'
  if (first === '.git') return isStateOfGit(second, status) ? 'status' : 'nothing'
  if (inside.endsWith('.dvc') || /(^|\/)\.dvcignore$/.test(inside)) return 'status'
  const isTracked = status?.outs.some(({ path: out }) => inside === out || inside.startsWith(`${out}/`)) ?? false
  return isTracked ? 'status' : 'nothing'
}

/** Git's index counts only while a conflict is shown: that is resolved by adding to it. */
function isStateOfGit(name: string, status: DataStatus | undefined): boolean {
  if (name === 'index') return status?.outs.some(({ state }) => state === 'conflict') ?? false
  return ['HEAD', 'MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REBASE_HEAD'].includes(name)
}

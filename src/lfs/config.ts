import { join } from 'node:path'
import type { Git } from '../git/git.ts'
import { isThere } from '../git/is-there.ts'

/** Settings by their keys as git writes them: section and name in lower case. The last value of a key counts. */
export interface LfsConfig {
  /** Of git: the repository's, the user's, the system's. */
  readonly own: ReadonlyMap<string, string>
  /** Of `.lfsconfig`, which is committed: whoever made the repository wrote it. */
  readonly shared: ReadonlyMap<string, string>
}

/** All that a committed file may say here. */
const sharedKeys = /^(lfs\.url|lfs\.pushurl|remote\..*\.lfsurl)$/s

/** `.lfsconfig` is that of the work tree, else of the index, else of the commit, as Git LFS takes it. */
export async function loadLfsConfig(root: string, git: Git): Promise<LfsConfig> {
  const sources = (await isThere(join(root, '.lfsconfig')))
    ? [['--file', join(root, '.lfsconfig')]]
    : [
        ['--blob', ':.lfsconfig'],
        ['--blob', 'HEAD:.lfsconfig'],
      ]
  const own = parse(await git(['config', '-z', '--list']))
  for (const source of sources) {
    const shared = parse(await git(['config', '-z', '--list', ...source]))
    if (shared.size > 0) return { own, shared: new Map([...shared].filter(([key]) => sharedKeys.test(key))) }
  }
  return { own, shared: new Map() }
}

function parse(output: Buffer | undefined): Map<string, string> {
  const entries = (output?.toString() ?? '').split('\0').filter((entry) => entry !== '')
  return new Map(
    entries.map((entry): [string, string] => {
      const newline = entry.indexOf('\n')
      return newline === -1 ? [entry, 'true'] : [entry.slice(0, newline), entry.slice(newline + 1)]
    }),
  )
}

/** A setting, and who has made it; git's own come first. */
export interface Setting {
  readonly value: string
  readonly isShared: boolean
}

export function findSetting({ own, shared }: LfsConfig, keys: readonly string[]): Setting | undefined {
  for (const [settings, isShared] of [[own, false] as const, [shared, true] as const]) {
    const value = keys.map((key) => settings.get(key)).find((found) => found !== undefined && found !== '')
    if (value !== undefined) return { value, isShared }
  }
  return undefined
}

import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseDirObject } from './dir-object.ts'
import { type DataHash, isDirHash } from './hash.ts'
import { dataKey } from './object-key.ts'
import { parsePointer } from './pointer.ts'
import type { TestHistory } from './test-history.ts'

/** For tests: what can happen to a repository, by a number each. */
const steps: readonly ((repository: TestHistory, number: number) => Promise<unknown>)[] = [
  ({ put }, number) => put(`d${number % 3}`, `file ${number}`),
  ({ put }, number) =>
    put(`sub/d${number % 2}`, { [`f${number % 5}`]: `in ${number}`, same: 'shared', [`g${number}`]: 'x' }),
  ({ commit }) => commit(),
  ({ commit }) => commit(),
  ({ git }, number) => git('checkout', '--quiet', '-B', `b${number % 3}`),
  ({ git }, number) => git('checkout', '--quiet', '--force', `b${number % 3}`),
  ({ git }, number) => git('merge', '--quiet', '--no-edit', '-s', 'ours', `b${number % 3}`),
  ({ git }, number) => git('merge', '--quiet', '--no-edit', '-X', 'theirs', `b${number % 3}`),
  ({ git }, number) => git('tag', `t${number}`, '-m', 'A tag'),
  ({ git }) => git('commit', '--quiet', '--amend', '--no-edit', '--allow-empty'),
  ({ git }) => git('stash', 'push', '--quiet', '--include-untracked'),
  ({ git }) => git('stash', 'push', '--quiet'),
  ({ git }, number) => git('branch', '-D', `b${number % 3}`),
  ({ git }, number) => git('rm', '--quiet', '--force', `d${number % 3}.dvc`),
  ({ git }, number) => git('mv', `d${number % 3}.dvc`, `moved${number}.dvc`),
  ({ git }) => git('checkout', '--quiet', '--detach'),
  ({ git }) => git('update-ref', 'refs/runwright/snapshots/x/y', 'HEAD'),
  ({ git }) => git('add', '--all'),
  ({ git }) => git('reset', '--quiet', '--hard'),
]

/** What git refuses in some state, as a branch that is not there, is left out. */
export async function makeHistory(repository: TestHistory, numbers: readonly number[]): Promise<void> {
  await repository.put('d0', 'first')
  await repository.commit()
  for (const [index, number] of numbers.entries()) {
    await steps[number % steps.length]?.(repository, index * 7 + number).catch(() => undefined)
  }
}

/**
 * Keys of all objects that any state needs which git can be asked to check out: by checking out each of them, in a copy,
 * and looking.
 */
export async function listNeededByCheckout({ root, data }: TestHistory): Promise<ReadonlySet<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-oracle-'))
  try {
    await cp(root, folder, { recursive: true })
    const git = async (...args: string[]) =>
      (await promisify(execFile)('git', args, { cwd: folder, maxBuffer: 64 << 20 })).stdout.trim()
    const keys = new Set<string>()
    const look = async () => {
      for (const file of (await git('ls-files', '--cached', '--others', '*.dvc')).split('\n')) {
        const text = file === '' ? '' : await readFile(join(folder, file), 'utf8').catch(() => '')
        if (text !== '')
          for (const { hash } of parsePointer(text, file).outs) await addKeys(keys, data.cacheFolder, hash)
      }
    }
    await look()
    await git('checkout-index', '--all', '--force')
    await look()
    const stashes = await git('log', '-g', '--format=%H %P', 'refs/stash').catch(() => '')
    const all = await git('rev-list', '--all')
    for (const commit of new Set(`${stashes}\n${all}`.split(/\s/))) {
      if (commit === '') continue
      await git('clean', '--quiet', '--force', '-d')
      await git('checkout', '--quiet', '--force', '--detach', commit)
      await look()
    }
    return keys
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function addKeys(keys: Set<string>, cacheFolder: string, hash: DataHash | undefined): Promise<void> {
  if (hash === undefined) return
  keys.add(dataKey(hash))
  if (!isDirHash(hash)) return
  for (const { md5 } of parseDirObject(await readFile(join(cacheFolder, dataKey(hash))), hash)) keys.add(dataKey(md5))
}

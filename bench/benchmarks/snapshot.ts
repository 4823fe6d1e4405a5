import { execFile, execFileSync } from 'node:child_process'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createSnapshot } from '../../src/git/snapshot.ts'
import { defineBenchmark } from '../benchmark.ts'
import { median } from '../median.ts'

const changedFiles = 8
const newFiles = 2
const takes = 5

export default defineBenchmark({
  name: 'snapshot',
  summary: 'The code of a repository of 5,000 files, 8 of them changed and 2 new, as a commit beside the branch',
  measures: {
    taken: { label: 'with changes made since the last time', unit: 'ms', target: { atMost: 300 } },
    again: { label: 'the same files once more', unit: 'ms', target: { atMost: 300 } },
  },
  describePeers: () => `git stash create, which leaves new files out (${gitVersion()})`,
  async open({ isQuick, folder }) {
    await createRepository(folder, isQuick ? 200 : 5000)
    let round = 0
    const ours = () => createSnapshot({ folder, env: process.env })
    const peer = () => git(folder, 'stash', 'create')
    const measure = async (take: () => Promise<unknown>) => {
      const samples: { taken: number; again: number }[] = []
      for (let index = 0; index < takes; index++) {
        await changeFiles(folder, round++)
        samples.push({ taken: await time(take), again: await time(take) })
      }
      return {
        taken: median(samples.map(({ taken }) => taken)),
        again: median(samples.map(({ again }) => again)),
      }
    }
    return {
      ours: () => measure(ours),
      peers: { stash: () => measure(peer) },
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})

async function time(take: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await take()
  return performance.now() - start
}

const nameOf = (index: number) => `src/part-${Math.floor(index / 50)}/module-${index}.py`

/** Source of some kilobytes a file, in folders of fifty. */
async function createRepository(folder: string, count: number): Promise<void> {
  await git(folder, 'init', '--quiet')
  for (let index = 0; index < count; index++) {
    const file = join(folder, nameOf(index))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `# ${index}\n${'weights = weights - rate * gradient\n'.repeat(100)}`)
  }
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '-m', 'Start')
}

async function changeFiles(folder: string, round: number): Promise<void> {
  for (let index = 0; index < changedFiles; index++) await appendFile(join(folder, nameOf(index * 17)), `# ${round}\n`)
  for (let index = 0; index < newFiles; index++) await writeFile(join(folder, `new-${index}.py`), `# ${round}\n`)
}

async function git(folder: string, ...args: string[]): Promise<void> {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
  await promisify(execFile)('git', [...identity, ...args], { cwd: folder })
}

function gitVersion(): string {
  return execFileSync('git', ['--version']).toString().trim()
}

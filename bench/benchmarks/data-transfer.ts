import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineBenchmark } from '../benchmark.ts'
import { changeOnePercent, discard, writeManyFiles } from '../data/data-sets.ts'
import { type Cost, measureCommand } from '../data/measured-command.ts'
import { dvcVersion, installDvc } from '../servers/dvc.ts'

const commandLine = join(import.meta.dirname, '../../dist/cli.js')

const pair = (label: string, timesPeer: number) =>
  ({
    cpu: { label: `${label}: CPU`, unit: 's', target: { timesPeer } },
    wall: { label: `${label}: wall`, unit: 's', target: { timesPeer } },
  }) as const

const pushAll = pair('push all', 2)
const pushChanged = pair('push with 1 % changed', 3)
const pull = pair('fresh pull', 1.8)
const pullLinked = pair('fresh pull with hard links, dvc as it comes', 4)

interface Tool {
  readonly name: string
  readonly words: readonly string[]
}

export default defineBenchmark({
  name: 'data-transfer',
  summary:
    'Pushing the 50,000 files of 8 KB of `data` to a folder, and pulling them into fresh clones. As it comes, dvc copies; with hard links on both sides is the last pair',
  repetitions: 3,
  measures: {
    pushAllCpu: pushAll.cpu,
    pushAllWall: pushAll.wall,
    pushChangedCpu: pushChanged.cpu,
    pushChangedWall: pushChanged.wall,
    pullCpu: pull.cpu,
    pullWall: pull.wall,
    pullLinkedCpu: pullLinked.cpu,
    pullLinkedWall: pullLinked.wall,
    bothLinkedCpu: { label: 'fresh pull, hard links on both sides: CPU', unit: 's' },
    bothLinkedWall: { label: 'fresh pull, hard links on both sides: wall', unit: 's' },
    memory: { label: 'memory of the largest process', unit: 'MB', target: { atMost: 200 } },
  },
  describePeers: () => `dvc ${dvcVersion}`,
  async open({ isQuick, folder }) {
    const dvc = await installDvc(folder)
    const env = { DVC_NO_ANALYTICS: '1', DVC_SITE_CACHE_DIR: join(folder, 'dvc-site') }
    const count = isQuick ? 1000 : 50_000
    const run = (root: string, words: readonly string[]) => measureCommand(root, words, env)
    const source = await createSource(folder, dvc, count, run)
    const measure = (tool: Tool) => measureTool(tool, { folder, source, run })
    const ours: Tool = { name: 'ours', words: [process.execPath, commandLine, 'data'] }
    const theirs: Tool = { name: 'dvc', words: [dvc] }
    return {
      ours: () => measure(ours),
      peers: {
        async dvc() {
          const { memory: _, ...costs } = await measure(theirs)
          return { ...costs, pullLinkedCpu: costs.pullCpu, pullLinkedWall: costs.pullWall }
        },
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})

type Run = (root: string, words: readonly string[]) => Promise<Cost>

/** A repository with two commits: `HEAD~1` has the data, `HEAD` has it with other bytes in every hundredth file. */
async function createSource(folder: string, dvc: string, count: number, run: Run): Promise<string> {
  const root = join(folder, 'source')
  mkdirSync(root)
  const runwright = [process.execPath, commandLine]
  execFileSync('git', ['init', '--quiet', root])
  await run(root, [...runwright, 'init'])
  for (const name of ['ours', 'dvc']) await run(root, [dvc, 'remote', 'add', '--quiet', name, join(folder, name)])
  mkdirSync(join(root, 'data'))
  writeManyFiles(join(root, 'data'), count)
  await run(root, [...runwright, 'data', 'add', 'data'])
  commit(root)
  changeOnePercent(join(root, 'data'), count)
  await run(root, [...runwright, 'data', 'add', 'data'])
  commit(root)
  // What is pushed comes from the cache alone.
  rmSync(join(root, 'data'), { recursive: true })
  return root
}

function commit(root: string): void {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
  execFileSync('git', ['add', '--all'], { cwd: root })
  execFileSync('git', [...identity, 'commit', '--quiet', '-m', 'Data'], { cwd: root })
}

async function measureTool(
  { name, words }: Tool,
  { folder, source, run }: { readonly folder: string; readonly source: string; readonly run: Run },
) {
  const store = join(folder, name)
  const trash = join(folder, 'discarded')
  if (existsSync(store)) discard(store, trash)
  rmSync(join(folder, 'dvc-site'), { recursive: true, force: true })
  const push = async (revision: string) => {
    execFileSync('git', ['checkout', '--quiet', revision, '--', 'data.dvc'], { cwd: source })
    await run('/', ['sync'])
    return run(source, [...words, 'push', '-r', name])
  }
  const pushAll = await push('HEAD~1')
  const pushChanged = await push('HEAD')
  const pull = async (linkType: string | undefined) => {
    const clone = join(folder, `${name}-clone`)
    execFileSync('git', ['clone', '--quiet', source, clone])
    if (linkType !== undefined) {
      writeFileSync(join(clone, '.dvc/config.local'), `[cache]\n    type = ${linkType}\n`)
    }
    await run('/', ['sync'])
    const cost = await run(clone, [...words, 'pull', '-r', name])
    discard(clone, trash)
    return cost
  }
  const plain = await pull(undefined)
  const linked = await pull('hardlink')
  discard(store, trash)
  return {
    pushAllCpu: pushAll.cpu,
    pushAllWall: pushAll.wall,
    pushChangedCpu: pushChanged.cpu,
    pushChangedWall: pushChanged.wall,
    pullCpu: plain.cpu,
    pullWall: plain.wall,
    pullLinkedCpu: linked.cpu,
    pullLinkedWall: linked.wall,
    bothLinkedCpu: linked.cpu,
    bothLinkedWall: linked.wall,
    memory: Math.max(...[pushAll, pushChanged, plain, linked].map(({ memory }) => memory)),
  }
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineBenchmark } from '../benchmark.ts'
import {
  createGitRepository,
  type DataCosts,
  type DataTool,
  measureGitStatus,
  measureLimit,
  measureTool,
} from '../data/data-side.ts'
import { writeBigFile, writeManyFiles } from '../data/data-sets.ts'
import { isLfsThere, lfsVersion, measureLfs } from '../data/git-lfs.ts'
import { dvcVersion, installDvc } from '../servers/dvc.ts'

const commandLine = join(import.meta.dirname, '../../dist/cli.js')

const pair = (label: string, timesPeer: number) =>
  ({
    cpu: { label: `${label}: CPU`, unit: 's', target: { timesPeer } },
    wall: { label: `${label}: wall`, unit: 's', target: { timesPeer } },
  }) as const
const times = (label: string, atMost: number) =>
  ({
    cpu: { label: `${label}: CPU`, unit: '×', target: { atMost } },
    wall: { label: `${label}: wall`, unit: '×', target: { atMost } },
  }) as const

const addMany = pair('add many', 2)
const addLinked = pair('add many as hard links, dvc as it comes', 3)
const addBig = pair('add big', 2)
const statusCold = pair('status of many, nothing remembered', 5)
const statusColdAll = pair('status of many and big, nothing remembered', 5)
const statusWarm = pair('status', 5)
const addChanged = pair('add with 1 % changed', 5)
const checkoutChanged = pair('checkout with 1 % changed', 5)
const manyOverLimit = times('add many over cp and openssl', 3.5)
const linkedOverLimit = times('add many as hard links over cp and openssl', 2)
const bigOverLimit = times('add big over cp and openssl', 2.5)
const statusOverGit = times('status over git status', 3)

export default defineBenchmark({
  name: 'data',
  summary: 'Versioning 50,000 files of 8 KB (many) and a file of 2 GB (big), with md5 and SHA-256',
  repetitions: 3,
  measures: {
    addManyCpu: addMany.cpu,
    addManyWall: addMany.wall,
    addLinkedCpu: addLinked.cpu,
    addLinkedWall: addLinked.wall,
    bothLinkedCpu: { label: 'add many, hard links on both sides: CPU', unit: 's' },
    bothLinkedWall: { label: 'add many, hard links on both sides: wall', unit: 's' },
    addBigCpu: addBig.cpu,
    addBigWall: addBig.wall,
    statusColdCpu: statusCold.cpu,
    statusColdWall: statusCold.wall,
    statusColdAllCpu: statusColdAll.cpu,
    statusColdAllWall: statusColdAll.wall,
    statusWarmCpu: statusWarm.cpu,
    statusWarmWall: statusWarm.wall,
    addChangedCpu: addChanged.cpu,
    addChangedWall: addChanged.wall,
    checkoutChangedCpu: checkoutChanged.cpu,
    checkoutChangedWall: checkoutChanged.wall,
    manyOverLimitCpu: manyOverLimit.cpu,
    manyOverLimitWall: manyOverLimit.wall,
    linkedOverLimitCpu: linkedOverLimit.cpu,
    linkedOverLimitWall: linkedOverLimit.wall,
    bigOverLimitCpu: bigOverLimit.cpu,
    bigOverLimitWall: bigOverLimit.wall,
    statusOverGitCpu: statusOverGit.cpu,
    statusOverGitWall: statusOverGit.wall,
    memory: { label: 'memory of the largest process', unit: 'MB', target: { atMost: 200 } },
  },
  describePeers: () => `dvc ${dvcVersion}${isLfsThere ? ` and ${lfsVersion()}` : ''}`,
  async open({ isQuick, folder }) {
    const dvc = await installDvc(folder)
    const manyCount = isQuick ? 2000 : 50_000
    const sources = { many: join(folder, 'many'), manyCount, big: join(folder, 'big') }
    mkdirSync(sources.many)
    writeManyFiles(sources.many, manyCount)
    writeBigFile(sources.big, isQuick ? 64 : 2048)
    const gitRepository = createGitRepository(folder, sources)
    const env = { RUNWRIGHT_BENCH_DVC: dvc, DVC_NO_ANALYTICS: '1', DVC_SITE_CACHE_DIR: join(folder, 'dvc-site') }
    const runwright = [process.execPath, commandLine, 'data']
    const own: DataTool = {
      name: 'ours',
      add: (path) => [...runwright, 'add', path],
      status: [...runwright, 'status'],
      checkout: [...runwright, 'checkout', 'data'],
      env,
      remembered: '.dvc/tmp',
    }
    const theirs: DataTool = {
      name: 'dvc',
      add: (path) => [dvc, 'add', '--quiet', path],
      status: [dvc, 'status'],
      checkout: [dvc, 'checkout', '--quiet', 'data.dvc'],
      env,
      remembered: '../dvc-site',
    }
    return {
      async ours() {
        const manyLimit = await measureLimit(folder, sources.many)
        const bigLimit = await measureLimit(folder, sources.big)
        const git = await measureGitStatus(gitRepository)
        const costs = await measureTool(own, folder, sources)
        const over = (kind: 'cpu' | 'wall') => ({
          many: costs.addMany[kind] / manyLimit[kind],
          linked: costs.addLinked[kind] / manyLimit[kind],
          big: costs.addBig[kind] / bigLimit[kind],
          status: costs.statusWarm[kind] / git[kind],
        })
        const [cpu, wall] = [over('cpu'), over('wall')]
        return {
          ...flatten(costs),
          manyOverLimitCpu: cpu.many,
          manyOverLimitWall: wall.many,
          linkedOverLimitCpu: cpu.linked,
          linkedOverLimitWall: wall.linked,
          bigOverLimitCpu: cpu.big,
          bigOverLimitWall: wall.big,
          statusOverGitCpu: cpu.status,
          statusOverGitWall: wall.status,
          memory: Math.max(...Object.values(costs).map(({ memory }) => memory)),
        }
      },
      peers: {
        async dvc() {
          const costs = await measureTool(theirs, folder, sources)
          return { ...flatten(costs), addLinkedCpu: costs.addMany.cpu, addLinkedWall: costs.addMany.wall }
        },
        ...(isLfsThere ? { 'git-lfs': () => measureLfsAdds(folder, sources) } : {}),
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})

async function measureLfsAdds(folder: string, sources: Parameters<typeof measureLfs>[1]) {
  const { addMany, addBig } = await measureLfs(folder, sources)
  return { addManyCpu: addMany.cpu, addManyWall: addMany.wall, addBigCpu: addBig.cpu, addBigWall: addBig.wall }
}

function flatten(costs: DataCosts) {
  return {
    addManyCpu: costs.addMany.cpu,
    addManyWall: costs.addMany.wall,
    addLinkedCpu: costs.addLinked.cpu,
    addLinkedWall: costs.addLinked.wall,
    bothLinkedCpu: costs.addLinked.cpu,
    bothLinkedWall: costs.addLinked.wall,
    addBigCpu: costs.addBig.cpu,
    addBigWall: costs.addBig.wall,
    statusColdCpu: costs.statusCold.cpu,
    statusColdWall: costs.statusCold.wall,
    statusColdAllCpu: costs.statusColdAll.cpu,
    statusColdAllWall: costs.statusColdAll.wall,
    statusWarmCpu: costs.statusWarm.cpu,
    statusWarmWall: costs.statusWarm.wall,
    addChangedCpu: costs.addChanged.cpu,
    addChangedWall: costs.addChanged.wall,
    checkoutChangedCpu: costs.checkoutChanged.cpu,
    checkoutChangedWall: costs.checkoutChanged.wall,
  }
}

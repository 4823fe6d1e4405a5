import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { markdownTable } from '../../src/base/markdown-table.ts'
import { defineBenchmark } from '../benchmark.ts'
import { changeOnePercent, discard, writeManyFiles } from '../data/data-sets.ts'
import { type Cost, measureCommand } from '../data/measured-command.ts'
import { toSvg } from '../scale/plot.ts'

const commandLine = join(import.meta.dirname, '../../dist/cli.js')
const fileBytes = 1024

/** What is done with each data set, in this order. */
const localSteps = {
  add: 'add',
  /** Nothing is remembered. */
  statusCold: 'first status',
  statusWarm: 'status',
  addChanged: 'add, 1 % changed',
  checkoutChanged: 'checkout, 1 % changed',
} as const
const steps = { ...localSteps, push: 'push', pull: 'fresh pull' } as const

/** A million takes half an hour and 20 GB to be pushed and pulled. */
const mostTransferred = 100_000

type Step = keyof typeof steps
const stepNames = Object.keys(steps).filter((step): step is Step => step in steps)

interface Stage {
  /** Files. */
  readonly count: number
  readonly costs: Readonly<Record<keyof typeof localSteps, Cost> & Partial<Record<Step, Cost>>>
  /** What else wanted the processors when it began: the system's load of the last minute. */
  readonly load: number
}

const wall = (step: Step) => ({ label: `${steps[step]}: wall`, unit: 's' as const })
const cpu = (step: Step) => ({ label: `${steps[step]}: CPU`, unit: 's' as const })

export default defineBenchmark({
  name: 'data-scale',
  summary: 'Versioning 10,000, 100,000 and 1,000,000 files of 1 KB; the figures are those of the million',
  repetitions: 1,
  measures: {
    addCpu: cpu('add'),
    add: wall('add'),
    statusColdCpu: cpu('statusCold'),
    statusCold: wall('statusCold'),
    statusWarmCpu: cpu('statusWarm'),
    statusWarm: wall('statusWarm'),
    addChangedCpu: cpu('addChanged'),
    addChanged: wall('addChanged'),
    checkoutChangedCpu: cpu('checkoutChanged'),
    checkoutChanged: wall('checkoutChanged'),
    memory: { label: 'memory of the largest process', unit: 'MB', target: { atMost: 200 } },
  },
  async open({ isQuick, folder, report }) {
    const counts = isQuick ? [500, 1000] : [10_000, 100_000, 1_000_000]
    const stages: Stage[] = []
    const trash = `${folder}-discarded`
    return {
      async ours() {
        for (const count of counts) {
          for (const name of readdirSync(folder)) discard(join(folder, name), trash)
          const stage = await measureStage(join(folder, String(count)), count)
          stages.push(stage)
          report(`data-scale: ${count} files: ${JSON.stringify(stage)}`)
        }
        if (!isQuick) savePlots(stages)
        const costs = stages.at(-1)?.costs
        if (costs === undefined) throw new Error('Nothing was measured.')
        return {
          addCpu: costs.add.cpu,
          add: costs.add.wall,
          statusColdCpu: costs.statusCold.cpu,
          statusCold: costs.statusCold.wall,
          statusWarmCpu: costs.statusWarm.cpu,
          statusWarm: costs.statusWarm.wall,
          addChangedCpu: costs.addChanged.cpu,
          addChanged: costs.addChanged.wall,
          checkoutChangedCpu: costs.checkoutChanged.cpu,
          checkoutChanged: costs.checkoutChanged.wall,
          memory: Math.max(...stages.flatMap((stage) => Object.values(stage.costs)).map(({ memory }) => memory)),
        }
      },
      describe: () => describeGrowth(stages),
      [Symbol.asyncDispose]: () => rm(trash, { recursive: true, force: true, maxRetries: 5 }),
    }
  },
})

async function measureStage(folder: string, count: number): Promise<Stage> {
  const [load = 0] = os.loadavg()
  const root = join(folder, 'files')
  const run = async (place: string, ...words: string[]) => {
    await measureCommand('/', ['sync'])
    return measureCommand(place, [process.execPath, commandLine, ...words])
  }
  mkdirSync(join(root, 'data'), { recursive: true })
  execFileSync('git', ['init', '--quiet', root])
  await run(root, 'init')
  writeManyFiles(join(root, 'data'), count, fileBytes)
  const add = await run(root, 'data', 'add', 'data')
  rmSync(join(root, '.dvc/tmp'), { recursive: true })
  const statusCold = await run(root, 'data', 'status')
  const statusWarm = await run(root, 'data', 'status')
  copyFileSync(join(root, 'data.dvc'), join(root, 'before'))
  changeOnePercent(join(root, 'data'), count, fileBytes)
  const addChanged = await run(root, 'data', 'add', 'data')
  copyFileSync(join(root, 'before'), join(root, 'data.dvc'))
  const checkoutChanged = await run(root, 'data', 'checkout', 'data')
  const local = { add, statusCold, statusWarm, addChanged, checkoutChanged }
  if (count > mostTransferred) return { count, load, costs: local }
  await run(root, 'data', 'remote', 'add', '-d', 'store', join(folder, 'remote'))
  const push = await run(root, 'data', 'push')
  const clone = join(folder, 'clone')
  mkdirSync(clone)
  execFileSync('git', ['init', '--quiet', clone])
  await run(clone, 'init')
  for (const name of ['data.dvc', '.dvc/config']) copyFileSync(join(root, name), join(clone, name))
  const pull = await run(clone, 'data', 'pull')
  return { count, load, costs: { ...local, push, pull } }
}

function describeGrowth(stages: readonly Stage[]): string {
  const cell = (cost: Cost | undefined) =>
    cost === undefined ? '' : `${cost.cpu.toPrecision(3)} s, ${cost.memory.toFixed(0)} MB`
  const header = ['CPU and memory', ...stages.map(({ count }) => `${count.toLocaleString('en-US')} files`)]
  const rows = stepNames.map((step) => [steps[step], ...stages.map(({ costs }) => cell(costs[step]))])
  const loads = stages.map(({ load }) => load.toFixed(1)).join(', ')
  return [
    markdownTable(header, rows),
    '![CPU by the number of files](data-scale.svg)',
    '![Memory by the number of files](data-scale-memory.svg)',
    '',
    `Load of the machine when each size began: ${loads}. What is above 0 is of other programs, which times on the wall show and CPU hardly does.`,
  ].join('\n')
}

function savePlots(stages: readonly Stage[]): void {
  const results = join(import.meta.dirname, '..', 'results')
  mkdirSync(results, { recursive: true })
  const caption = 'files of 1 KB'
  const line = (step: Step, figure: (cost: Cost) => number) => ({
    label: steps[step],
    places: stages.flatMap(({ count, costs }) => (costs[step] ? [{ x: count, y: figure(costs[step]) }] : [])),
  })
  const cpuLines = stepNames.map((step) => line(step, ({ cpu }) => cpu))
  const title = 'CPU of versioning many files'
  writeFileSync(join(results, 'data-scale.svg'), toSvg({ title, unit: 's', caption, lines: cpuLines }))
  const memory = { title: 'Memory of the largest process', unit: 'MB', caption, limit: 200 }
  const memoryLines = stepNames.map((step) => line(step, (cost) => cost.memory))
  writeFileSync(join(results, 'data-scale-memory.svg'), toSvg({ ...memory, lines: memoryLines }))
}

/**
 * Runs the trace of the benchmark `schedule` through Slurm's own back-filling: `npm run bench:slurm [-- --jobs 1000]`.
 *
 * A real Slurm runs in time that goes sixty times faster (libfaketime), so forty hours take some forty minutes;
 * a start that takes Slurm a tenth of a second costs six seconds there, less than a hundredth of a job. Jobs that share
 * a GPU ask for shards, one for each GiB. Writes `bench/results/schedule-slurm.json`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format } from 'prettier'
import packageJson from '../../../package.json' with { type: 'json' }
import { gibibyte } from '../../../src/compute/devices/scratch-jobs.ts'
import { type SimulatedRun, simulate, type TracedJob } from '../../../src/compute/devices/simulate.ts'
import { findFreePorts } from '../../../test/servers/free-ports.ts'
import { describeMachine } from '../../machine.ts'
import { describeSchedule } from '../figures.ts'
import { boundEnd } from '../bound.ts'
import { scheduleInHindsight } from '../hindsight.ts'
import { drawTrace, machine } from '../trace.ts'

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '1000' }, speed: { type: 'string', default: '60' } },
})
const count = Number(values.jobs)
const trace = drawTrace(count, 1)
const bound = boundEnd(trace, machine.devices)
const throughSlurm = await runThroughSlurm(trace, Number(values.speed))
const figures = {
  ours: describeSchedule(simulate(trace, machine), bound),
  slurm: describeSchedule(throughSlurm, bound),
  inHindsight: describeSchedule(scheduleInHindsight(trace, machine), bound),
}
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const tookMs = sum(throughSlurm.map(({ startedAt, endedAt }) => endedAt - startedAt))
/** By how much the jobs took longer than they were to, for the machine was slower than its clock: in per cent. */
const slowness = 100 * (tookMs / sum(trace.map(({ durationMs }) => durationMs)) - 1)
console.table(figures)
console.log(`Slurm's jobs took ${slowness.toFixed(1)} % longer than they were to.`)
if (count === 1000) await save()

async function save(): Promise<void> {
  const record = {
    name: 'schedule-slurm',
    summary: `${count} jobs of one trace through our plans, through Slurm's back-filling in time ${values.speed} times as fast, and in hindsight: utilization in per cent, waits in hours`,
    date: new Date().toISOString(),
    version: packageJson.version,
    command: `npm run bench:slurm -- --speed ${values.speed}`,
    machine: describeMachine(),
    figures,
    slowness,
  }
  const file = join(import.meta.dirname, '../../results/schedule-slurm.json')
  await writeFile(file, await format(JSON.stringify(record), { parser: 'json', printWidth: 120 }))
}

/** @param speed seconds of Slurm's in a second */
async function runThroughSlurm(jobs: readonly TracedJob[], speed: number): Promise<readonly SimulatedRun[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rw-slurm-trace-'))
  try {
    await writeFile(join(folder, 'jobs'), jobs.map((job, index) => `${describeJob(job, index)}\n`).join(''))
    const [port = 0] = await findFreePorts(2)
    const script = join(import.meta.dirname, 'slurm-trace.sh')
    const words = ['-f', `+0 x${speed}`, script, folder, String(port)]
    const child = spawn('faketime', words, { stdio: ['ignore', 'ignore', 'inherit'] })
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`The trace ended with ${code}.`)
    return await Promise.all(jobs.map((job, index) => readRun(job, join(folder, 'ran', String(index)))))
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function describeJob({ createdAt, durationMs, resources }: TracedJob, index: number): string {
  const { timeLimitSeconds } = resources
  const minutes = timeLimitSeconds === undefined ? '-' : Math.ceil(timeLimitSeconds / 60)
  return [index, Math.round(createdAt / 1000), Math.round(durationMs / 1000), toGres(resources), minutes].join(' ')
}

/** Two shares of 40 GiB each, which shards cannot say, get the two GPUs of 48 GiB. */
function toGres({ gpus = 1, gpuMemoryBytes }: TracedJob['resources']): string {
  if (gpuMemoryBytes === undefined) return `gpu:${gpus}`
  return gpus > 1 ? `gpu:g48:${gpus}` : `shard:${gpuMemoryBytes / gibibyte}`
}

async function readRun(job: TracedJob, file: string): Promise<SimulatedRun> {
  const [began = Number.NaN, ended = Number.NaN] = (await readFile(file, 'utf8')).split(' ').map(Number)
  return { job, startedAt: began * 1000, endedAt: ended * 1000, gpus: [] }
}

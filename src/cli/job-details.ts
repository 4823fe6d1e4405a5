import type { GpuHours } from '../protocol/gpu-hours.ts'
import type { Job } from '../protocol/jobs.ts'
import { formatSize } from '../protocol/quantities.ts'
import { findRunningMs } from '../protocol/running-time.ts'
import { formatTable } from './table.ts'
import { formatAge, formatDuration, printable } from './text.ts'

/** Jobs as a table, newest first, with why they wait or how they ended. */
export function formatJobTable(jobs: readonly Job[], now: number, width: number | undefined): string {
  return formatTable(
    [
      { title: 'JOB' },
      { title: 'NAME', minWidth: 8 },
      { title: 'STATUS' },
      { title: 'TARGET' },
      { title: 'GPUS', align: 'right' },
      { title: 'LAUNCHED' },
      { title: 'RAN', align: 'right' },
      { title: 'WHY', minWidth: 12 },
    ],
    jobs.map((job) => [
      job.jobId.slice(0, 8),
      job.name,
      job.status,
      job.spec.target,
      String(job.spec.resources.gpus ?? ''),
      formatAge(now - job.createdAt),
      formatRunningTime(job, now),
      job.reason,
    ]),
    width,
  )
}

/** GPU time of jobs as a table, with the sum of it below. */
export function formatGpuHours(jobs: readonly Job[], hours: readonly GpuHours[], width: number | undefined): string {
  const sum = (of: (each: GpuHours) => number) => hours.reduce((all, each) => all + of(each), 0)
  const cells = ({ leased, used, idle, unmeasured }: GpuHours) =>
    [leased, used, idle, unmeasured].map((each) => each.toFixed(2))
  const all = {
    leased: sum((h) => h.leased),
    used: sum((h) => h.used),
    idle: sum((h) => h.idle),
    unmeasured: sum((h) => h.unmeasured),
  }
  return formatTable(
    [
      { title: 'JOB' },
      { title: 'NAME', minWidth: 8 },
      { title: 'STATUS' },
      { title: 'GPU-HOURS', align: 'right' },
      { title: 'USED', align: 'right' },
      { title: 'IDLE', align: 'right' },
      { title: 'UNMEASURED', align: 'right' },
    ],
    [
      ...jobs.flatMap(({ jobId, name, status }, index) => {
        const own = hours[index]
        return own === undefined ? [] : [[jobId.slice(0, 8), name, status, ...cells(own)]]
      }),
      ...(jobs.length > 1 ? [['', 'together', '', ...cells(all)]] : []),
    ],
    width,
  )
}

/** All that is known of a job. */
export function formatJob(job: Job, now: number, gpuHours?: GpuHours): string {
  const { spec } = job
  const { gpus, gpuMemoryBytes, cpus, memoryBytes, timeLimitSeconds, nodes } = spec.resources
  const wants = [
    gpus === undefined ? '' : `${gpus} GPUs`,
    gpuMemoryBytes === undefined ? '' : `${formatSize(gpuMemoryBytes)} on each`,
    cpus === undefined ? '' : `${cpus} CPUs`,
    memoryBytes === undefined ? '' : `${formatSize(memoryBytes)} of memory`,
    nodes === undefined ? '' : `${nodes} nodes`,
    timeLimitSeconds === undefined ? '' : `at most ${formatDuration(timeLimitSeconds * 1000)}`,
  ].filter((text) => text !== '')
  const rows: [string, string][] = [
    ['Job', job.jobId],
    ['Name', job.name],
    ['Run', job.runId],
    ['Status', job.reason === '' ? job.status : `${job.status}: ${job.reason}`],
    ['Target', spec.target],
    ['Command', JSON.stringify(spec.command)],
    ['Folder', spec.workingDirectory],
    ['Params', spec.params.map(({ key, value }) => `${key}=${value}`).join(' ')],
    ['Asks for', wants.join(', ')],
    ['Launcher', spec.launcher ?? ''],
    ['Precision', spec.precision ?? ''],
    ['Secrets', spec.secrets.join(', ')],
    ['Launched', formatAge(now - job.createdAt)],
    ['Ran', formatRunningTime(job, now)],
    ['GPU hours', gpuHours === undefined ? '' : describeGpuHours(gpuHours)],
  ]
  const lines = rows.flatMap(([name, value]) => (value === '' ? [] : [`${name.padEnd(10)}${printable(value)}\n`]))
  const attempts = job.attempts.map(({ number, handle, exit, gpus: given = [] }) => {
    const parts = [handle ?? 'not submitted', given.join(', '), exit === undefined ? '' : describeEnd(exit)]
    return `  ${number}  ${printable(parts.filter((part) => part !== '').join('  '))}\n`
  })
  return lines.join('') + (attempts.length === 0 ? '' : `Attempts\n${attempts.join('')}`)
}

function describeEnd({ cause, exitCode, signal }: NonNullable<Job['attempts'][number]['exit']>): string {
  return cause === 'exited' ? (signal ?? `exit ${exitCode ?? 'unknown'}`) : cause
}

function describeGpuHours({ leased, used, idle, unmeasured }: GpuHours): string {
  const hours = (value: number) => (value < 0.1 ? value.toFixed(3) : value.toFixed(2))
  const measured = `${hours(used)} used, ${hours(idle)} idle`
  const rest = unmeasured > 0.005 ? `, ${hours(unmeasured)} not measured` : ''
  return leased > unmeasured ? `${hours(leased)}: ${measured}${rest}` : `${hours(leased)}, utilization not measured`
}

function formatRunningTime(job: Job, now: number): string {
  const ranMs = findRunningMs(job, now)
  return ranMs === undefined ? '' : formatDuration(ranMs)
}

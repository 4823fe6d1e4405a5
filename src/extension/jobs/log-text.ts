import { hasJobEnded, type Job } from '../../protocol/jobs.ts'
import { joinCommandLine } from '../../base/command-line.ts'
import { localize } from '../localize.ts'
import { formatDuration } from '../tree/format.ts'
import { nameJobStatus } from './job-presentation.ts'
import { describeResources } from './resources-text.ts'
import { findRunningMs } from '../../protocol/running-time.ts'
import { listTimeline } from './timeline.ts'

const escape = String.fromCodePoint(27)
/** The grey has the contrast that VS Code gives all colours of a terminal; what is only dimmed has less. */
const [bold, dim, plain] = [`${escape}[1m`, `${escape}[90m`, `${escape}[0m`]

/** What stands above a job's output in its terminal. */
export function formatLogHead(job: Job, now: number): string {
  const { name, spec, jobId } = job
  const asked = describeResources(spec.resources)
  return [
    `${bold}${printable(name)}${plain}  ${dim}${jobId}${plain}`,
    `${dim}$ ${printable(joinCommandLine(spec.command))}${plain}`,
    `${dim}${printable([localize('on {target}', { target: spec.target }), asked].filter(Boolean).join(' · '))}${plain}`,
    ...listTimeline(job, now).map((line) => `${dim}${printable(line)}${plain}`),
    '',
    '',
  ].join('\r\n')
}

/** The line told when the job has got on, or waits for something else. */
export function formatLogTurn(job: Job, now: number): string {
  const ranMs = hasJobEnded(job.status) ? findRunningMs(job, now) : undefined
  const parts = [
    nameJobStatus(job.status),
    job.reason,
    ranMs === undefined ? '' : localize('after {duration}', { duration: formatDuration(ranMs) }),
  ]
  return `${dim}── ${printable(parts.filter(Boolean).join(' · '))}${plain}\r\n`
}

/** Output as a terminal wants it: a line break that goes back to the first column. */
export function toTerminal(output: string): string {
  return output.replaceAll(/\r?\n/g, '\r\n')
}

/** Names and words of commands come from anywhere, and must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}

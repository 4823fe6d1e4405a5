import type { JobPageAction } from '../../src/protocol/job-page-messages.ts'
import { joinCommandLine } from '../../src/base/command-line.ts'
import type { Job, JobResources } from '../../src/protocol/jobs.ts'
import { formatSize } from '../../src/protocol/quantities.ts'
import { button, element } from '../shared/dom.ts'
import { text } from '../shared/texts.ts'
import { formatDuration } from '../shared/time-text.ts'
import type { JobFacts } from './job-source.ts'

type Act = (action: JobPageAction) => void

/** As much of a commit as git itself shows. */
const commitLength = 10

/** All that was asked for and given, as a list of names and values. */
export function drawAbout(facts: JobFacts, act: Act): HTMLElement {
  const { job, experimentName, gpuHours } = facts
  const { spec, attempts } = job
  const command = joinCommandLine(spec.command)
  const gpus = attempts.at(-1)?.gpus ?? []
  return element(
    'dl',
    { class: 'about' },
    ...entry('job.command', element('code', { class: 'about-command', dir: 'ltr' }, command), copyButton(command, act)),
    ...(['', '.'].includes(spec.workingDirectory)
      ? []
      : entry('job.folder', element('code', { dir: 'ltr' }, spec.workingDirectory))),
    ...entry('job.target', spec.target),
    ...entry('job.resources', describeResources(spec.resources) || text('job.resources.none')),
    ...(gpus.length === 0 ? [] : entry('job.gpus', drawGpus(gpus, facts))),
    ...(gpuHours === undefined ? [] : entry('job.gpuHours', describeGpuHours(gpuHours))),
    ...entry('job.experiment', element('span', { dir: 'auto' }, experimentName ?? '')),
    ...entry('job.run', runLink(job, act)),
    ...(spec.codeCommit === undefined ? [] : entry('job.code', ...drawCode(spec.codeCommit, act))),
    ...(spec.params.length === 0 ? [] : entry('job.params', drawParams(job))),
    ...(spec.secrets.length === 0
      ? []
      : entry('job.secrets', element('code', { dir: 'ltr' }, spec.secrets.join(', ')))),
    ...(spec.priority === 0 ? [] : entry('job.priority', String(spec.priority))),
    ...(attempts.length < 2 && spec.retries === 0 ? [] : entry('job.attempts', describeAttempts(job))),
    ...entry('job.id', element('code', { dir: 'ltr' }, job.jobId), copyButton(job.jobId, act)),
  )
}

function entry(name: AboutKey, ...values: readonly (Node | string)[]): readonly HTMLElement[] {
  return [element('dt', {}, text(name)), element('dd', {}, ...values)]
}
type AboutKey =
  `job.${'command' | 'folder' | 'target' | 'resources' | 'gpus' | 'gpuHours' | 'experiment' | 'run' | 'code' | 'params' | 'secrets' | 'priority' | 'attempts' | 'id'}`

function copyButton(copied: string, act: Act): HTMLElement {
  return button(text('job.copy'), () => act({ kind: 'copy', text: copied }), {
    class: 'text-button',
    'aria-label': text('job.copyOf', { text: copied }),
  })
}

function runLink({ name }: Job, act: Act): HTMLElement {
  const link = element('a', { href: '#', dir: 'auto' }, name)
  link.addEventListener('click', (event) => {
    event.preventDefault()
    act({ kind: 'open-run' })
  })
  return link
}

function drawGpus(gpus: readonly string[], { gpuNames }: JobFacts): HTMLElement {
  const entries = gpus.map((uuid) => {
    const name = gpuNames.get(uuid)
    return element('li', {}, ...(name === undefined ? [] : [name, ' ']), element('code', { dir: 'ltr' }, uuid))
  })
  return element('ul', { class: 'about-list' }, ...entries)
}

function drawCode(commit: string, act: Act): readonly HTMLElement[] {
  return [
    element('code', { dir: 'ltr', title: commit }, commit.slice(0, commitLength)),
    button(text('job.restoreCode'), () => act({ kind: 'restore-code' }), { class: 'text-button' }),
  ]
}

function drawParams({ spec }: Job): HTMLElement {
  const entries = spec.params.map(({ key, value }) =>
    element('li', {}, element('code', { dir: 'ltr' }, `${key}=${value}`)),
  )
  return element('ul', { class: 'about-list' }, ...entries)
}

function describeResources({ gpus, gpuMemoryBytes, cpus, memoryBytes, nodes, timeLimitSeconds }: JobResources): string {
  return [
    gpus === undefined ? '' : text('job.resources.gpus', { count: gpus }),
    gpuMemoryBytes === undefined ? '' : text('job.resources.gpuMemory', { size: formatSize(gpuMemoryBytes) }),
    cpus === undefined ? '' : text('job.resources.cpus', { count: cpus }),
    memoryBytes === undefined ? '' : text('job.resources.memory', { size: formatSize(memoryBytes) }),
    nodes === undefined ? '' : text('job.resources.nodes', { count: nodes }),
    timeLimitSeconds === undefined
      ? ''
      : text('job.resources.time', { duration: formatDuration(timeLimitSeconds * 1000) }),
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function describeGpuHours({ leased, used, idle, unmeasured }: NonNullable<JobFacts['gpuHours']>): string {
  const hours = (value: number) => (value < 0.1 ? value.toFixed(3) : value.toFixed(2))
  const values = { leased: hours(leased), used: hours(used), idle: hours(idle) }
  const isKnown = leased - unmeasured > 0
  return text(isKnown ? 'job.gpuHours.known' : 'job.gpuHours.unmeasured', values)
}

function describeAttempts({ attempts, spec }: Job): string {
  return text('job.attempts.count', { count: attempts.length, retries: spec.retries })
}

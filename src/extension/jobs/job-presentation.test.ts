import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job, JobSpec } from '../../protocol/jobs.ts'
import { noon } from '../tree/test-elements.ts'
import type { Presentation } from '../tree/presentation.ts'
import type { JobElement, JobsElement } from './element.ts'
import { presentJobs } from './job-presentation.ts'
import { newEndedJob, newJob, newRunningJob } from './test-jobs.ts'

const elementOf = (job: Job, change: Partial<JobElement> = {}): JobElement => ({
  kind: 'job',
  id: 'x',
  connectionId: 'folder0',
  folder: undefined,
  position: undefined,
  progress: undefined,
  remainingMs: undefined,
  ...change,
  job,
})

function check(sentence: string, element: JobsElement, shown: Partial<Presentation>): void {
  it(sentence, () => {
    const presentation: Partial<Presentation> = presentJobs(element, noon)
    const asked = Object.fromEntries(Object.entries(presentation).filter(([key]) => key in shown))
    assert.deepEqual(asked, shown)
  })
}

describe('a job that waits', () => {
  const reason = 'waits for 24 GiB on one GPU; free at about 14:20'
  check('says its place and why', elementOf(newJob(1, { reason }), { position: 2 }), {
    label: 'job-1',
    description: `no. 2 · ${reason}`,
    spoken: `Job job-1, queued, no. 2, ${reason}`,
    icon: { name: 'clock', color: 'charts.yellow' },
    context: 'job queued cancellable',
    click: 'runwright.openJob',
  })
  const submitted = newJob(1, { status: 'submitted', reason: 'waits for nodes' }, { target: 'slurm' })
  check('at its target says where', elementOf(submitted), {
    description: 'waits for nodes · slurm',
    context: 'job submitted cancellable',
  })
  check('for its secrets can be given them', elementOf(newJob(1, {}, { secrets: ['HF_TOKEN'] })), {
    context: 'job queued cancellable retryable',
  })
})

describe('a job that runs', () => {
  const progress = { unit: 'epoch', done: 5, total: 20, at: noon } as const
  const running = newRunningJob(1)
  check(
    'says how long it has run, how far it is and how long it takes',
    elementOf(running, { progress, remainingMs: () => 900_000 }),
    {
      description: 'epoch 5 of 20 · 5m 0s · 15m 0s left',
      spoken: 'Job job-1, running, epoch 5 of 20, 5m 0s, 15m 0s left',
      icon: { name: 'sync~spin', color: 'charts.blue' },
      context: 'job running cancellable',
    },
  )
  const steps = { unit: 'step', done: 1500, total: 20_000, at: noon } as const
  check('counts steps', elementOf(running, { progress: steps }), { description: 'step 1,500 of 20,000 · 5m 0s' })
  check('says the folder where there are several', elementOf(running, { folder: 'texts' }), {
    description: '5m 0s · texts',
  })
  check('and is being cancelled cannot be cancelled again', elementOf(newRunningJob(1, { isCancelRequested: true })), {
    description: 'is being cancelled · 5m 0s',
    context: 'job running',
  })
  const debugged: Partial<JobSpec> = { command: ['python', '-m', 'debugpy', '--listen', '5678', 'train.py'] }
  check('under debugpy takes a debugger', elementOf(newRunningJob(1, {}, debugged)), {
    context: 'job running cancellable debuggable',
  })
  check('elsewhere takes none', elementOf(newRunningJob(1, {}, { ...debugged, target: 'slurm' })), {
    context: 'job running cancellable',
  })
})

describe('a job that has ended', () => {
  check('says how, how long it ran and when', elementOf(newEndedJob(1)), {
    description: 'finished · 2m 0s · 1m',
    icon: { name: 'pass', color: 'testing.iconPassed' },
    context: 'job ended retryable',
  })
  const failed = newEndedJob(1, { status: 'failed', reason: 'ran longer than its time limit' })
  check('says why it failed', elementOf(failed), {
    description: 'failed · ran longer than its time limit · 2m 0s · 1m',
    spoken: 'Job job-1, failed, ran longer than its time limit, 2m 0s, 1m',
  })
  const cancelled = newJob(1, { status: 'cancelled', reason: 'cancelled' })
  check('before it began has no duration', elementOf(cancelled), { description: 'cancelled · 10m' })
})

describe('a job', () => {
  it('tells all of it in its tooltip, and puts no markup there', () => {
    const spec = { command: ['python', 'a b.py', '```'], resources: { gpus: 2, gpuMemoryBytes: 24 * 2 ** 30 } }
    const { tooltip = '' } = presentJobs(elementOf(newEndedJob(1, { name: '[x](command:y)' }, spec)), noon)
    const [title, , command, place, timeline, id] = tooltip.split('\n\n')
    assert.equal(title, String.raw`**\[x\]\(command:y\)**`)
    assert.equal(command, '```\npython "a b.py" ’’’\n```')
    assert.equal(place, 'on local · 2 GPUs with 24 GiB')
    assert.match(
      timeline ?? '',
      /11:50:00 UTC launched\n.*submitted\n.*11:57:00 UTC attempt 1 started\n.*ended after 2m 0s\n- exit code 0$/,
    )
    assert.equal(id, `\`${'1'.padStart(32, '0')}\``)
  })
})

describe('a group of jobs', () => {
  check(
    'says how many there are',
    { kind: 'job-group', id: 'done', group: 'done', total: 1200 },
    {
      label: 'Done',
      description: '1,200',
      collapsible: 'collapsed',
      spoken: 'Done: 1,200 jobs',
    },
  )
})

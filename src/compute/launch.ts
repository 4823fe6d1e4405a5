import { RunwrightError } from '../protocol/errors.ts'
import { type JobId, type JobSpec, parseJobId } from '../protocol/jobs.ts'
import type { Methods } from '../protocol/methods.ts'
import { projectFileName } from '../protocol/project-file.ts'
import type { Tag } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { prepareRun } from '../tracking/insert-run.ts'
import { needsCode } from './code-source.ts'
import type { ComputeParts } from './compute.ts'
import type { JobRecord } from './job-record.ts'
import { initialJobState } from './job-state.ts'
import type { Jobs } from './jobs.ts'
import { launchedCommand, launchedProgram } from './launcher.ts'
import type { LiveJobs } from './live-jobs.ts'
import type { Place } from './place.ts'
import type { ComputeTarget, TargetCapacity } from './target.ts'

type Launch = Methods['jobs/launch']['params']

/** Checks a launch, and makes its run and its job in one transaction. */
export function createLauncher(
  parts: Pick<ComputeParts, 'code' | 'tracking' | 'now' | 'randomBytes'> & {
    readonly places: ReadonlyMap<string, Place>
    readonly jobs: Jobs
    readonly live: LiveJobs
  },
): (launch: Launch) => Promise<{ job: JobRecord; isNew: boolean; warnings: readonly string[] }> {
  const { jobs, live, tracking, now, randomBytes } = parts

  return async (launch) => {
    const { key, spec: asked, secrets = {} } = launch
    const earlier = await jobs.findByLaunchKey(key)
    if (earlier !== undefined) {
      // It may be sent again because the engine has died, and the secrets with it.
      const job = live.find(earlier.jobId)
      if (job !== undefined) job.secrets = { ...job.secrets, ...secrets }
      return { job: job?.record ?? earlier, isNew: false, warnings: [] }
    }
    checkSecrets(asked, secrets)
    const target = await checkTarget(parts.places, asked)
    const { snapshot, warnings } =
      asked.codeCommit === undefined ? await parts.code.take(needsCode(asked, target.kind)) : { warnings: [] }
    const spec = snapshot === undefined ? asked : { ...asked, codeCommit: snapshot.commit }
    const { experimentId } = await tracking.experiments.ensure(launch.experiment)
    const jobId = createJobId(randomBytes)
    const run = prepareRun(
      {
        experimentId,
        status: 'SCHEDULED',
        ...(launch.name === undefined ? {} : { name: launch.name }),
        ...(launch.userId === undefined ? {} : { userId: launch.userId }),
        params: spec.params,
        tags: [...(launch.tags ?? []), ...jobTags(jobId, spec, snapshot?.head)],
      },
      parts,
    )
    const { runId, name } = run
    const state = initialJobState(spec.retries)
    const made = await jobs.insert({ jobId, runId, experimentId, name, spec, createdAt: now(), state }, run, key)
    // Of two with the same key at once, the second finds the first.
    if (made.isNew) live.add(made.job, secrets)
    return { ...made, warnings }
  }
}

function createJobId(randomBytes: ComputeParts['randomBytes']): JobId {
  const jobId = parseJobId(Buffer.from(randomBytes(16)).toString('hex'))
  if (jobId === undefined) throw new TypeError('Sixteen bytes are always a job id.')
  return jobId
}

function jobTags(
  jobId: JobId,
  { codeCommit, command, workingDirectory }: JobSpec,
  head: string | undefined,
): readonly Tag[] {
  return [
    { key: tagNames.job, value: jobId },
    // So that whoever may stop a supervised run may stop this one.
    { key: tagNames.supervisor, value: 'engine' },
    { key: tagNames.command, value: JSON.stringify(command) },
    { key: tagNames.workingDirectory, value: workingDirectory },
    ...(head === undefined ? [] : [{ key: tagNames.gitCommit, value: head }]),
    ...(codeCommit === undefined ? [] : [{ key: tagNames.gitSnapshot, value: codeCommit }]),
  ]
}

function checkSecrets({ secrets: names, env }: JobSpec, values: Readonly<Record<string, string>>): void {
  const missing = names.filter((name) => !Object.hasOwn(values, name))
  if (missing.length > 0) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The secret ${missing.join(', ')} has no value.`, {
      hint: 'Set the variable of that name where you launch the job.',
    })
  }
  const stored = names.find((name) => Object.hasOwn(env, name))
  if (stored !== undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${stored} is both a secret and a variable that is stored.`, {
      hint: 'Give it as a secret only.',
    })
  }
}

async function checkTarget(places: ReadonlyMap<string, Place>, spec: JobSpec): Promise<ComputeTarget> {
  const place = places.get(spec.target)
  if (place === undefined) {
    // It may be in the file that cannot be read; then that is what is wrong.
    await places.get(projectFileName)?.target.capacity()
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no target "${spec.target}".`, {
      hint: `There are: ${[...places.keys()].join(', ')}. More are named in runwright.yaml.`,
    })
  }
  const { target, devices } = place
  checkCapacity(spec, await target.capacity())
  const excess = await devices?.describeExcess(spec.resources)
  if (excess !== undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The job ${excess}.`, {
      hint: 'Ask for less, or choose another target.',
    })
  }
  launchedCommand(spec)
  await target.check({ ...spec, command: [launchedProgram(spec), ...spec.command.slice(1)] })
  return target
}

/** A job that asks for more than there is would wait for ever. */
function checkCapacity({ resources, target }: JobSpec, capacity: TargetCapacity): void {
  const nodes = resources.nodes ?? 1
  const wants = [
    { what: 'GPUs', wanted: (resources.gpus ?? 0) * nodes, has: capacity.gpus },
    { what: 'CPUs', wanted: (resources.cpus ?? 0) * nodes, has: capacity.cpus },
    { what: 'bytes of memory', wanted: (resources.memoryBytes ?? 0) * nodes, has: capacity.memoryBytes },
  ]
  for (const { what, wanted, has } of wants) {
    if (has === undefined || wanted <= has) continue
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The job asks for ${wanted} ${what}; "${target}" has ${has}.`, {
      hint: 'Ask for less, or choose another target.',
    })
  }
}

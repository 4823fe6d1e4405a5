import { readContext, toDatasetInput } from '../protocol/data-versions.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type JobId, type JobSpec, parseJobId } from '../protocol/jobs.ts'
import type { Methods } from '../protocol/methods.ts'
import { projectFileName } from '../protocol/project-file.ts'
import type { DatasetInput, Tag } from '../protocol/runs.ts'
import { artifactPaths, tagNames } from '../protocol/tag-names.ts'
import type { Snapshot } from '../git/snapshot.ts'
import { locateArtifact } from '../tracking/artifact-path.ts'
import { prepareRun } from '../tracking/insert-run.ts'
import { type LaunchedCode, needsCode } from './code-source.ts'
import type { ComputeParts } from './compute.ts'
import type { JobRecord } from './job-record.ts'
import { initialJobState } from './job-state.ts'
import type { Jobs } from './jobs.ts'
import { launchedCommand, launchedProgram } from './launcher.ts'
import type { LiveJobs } from './live-jobs.ts'
import type { Place } from './place.ts'
import type { ComputeTarget } from './target.ts'

type Launch = Methods['jobs/launch']['params']

/** Checks a launch, and makes its run and its job in one transaction. */
export function createLauncher(
  parts: Pick<ComputeParts, 'artifacts' | 'code' | 'log' | 'tracking' | 'now' | 'randomBytes'> & {
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
    const code: LaunchedCode =
      asked.codeCommit === undefined ? await parts.code.take(needsCode(asked, target.kind)) : { warnings: [] }
    const { snapshot, warnings } = code
    const spec = snapshot === undefined ? asked : { ...asked, codeCommit: snapshot.commit }
    const inputs = await readInputs(parts.code, spec, snapshot)
    const { experimentId } = await tracking.experiments.ensure(launch.experiment)
    const jobId = createJobId(randomBytes)
    const run = prepareRun(
      {
        experimentId,
        status: 'SCHEDULED',
        ...(launch.name === undefined ? {} : { name: launch.name }),
        ...(launch.userId === undefined ? {} : { userId: launch.userId }),
        params: spec.params,
        inputs,
        tags: [...(launch.tags ?? []), ...jobTags(jobId, spec), ...codeTags(code)],
      },
      parts,
    )
    const { runId, name } = run
    const state = initialJobState(spec.retries)
    const made = await jobs.insert({ jobId, runId, experimentId, name, spec, createdAt: now(), state }, run, key)
    // Of two with the same key at once, the second finds the first.
    if (made.isNew) live.add(made.job, secrets)
    if (made.isNew && snapshot !== undefined) await keepPatch(parts, made.job, snapshot)
    return { ...made, warnings }
  }
}

/** What it is said to read, as its code names it: whatever becomes of the workspace later, this is what it was given. */
async function readInputs(
  code: ComputeParts['code'],
  { data = [], codeCommit }: JobSpec,
  snapshot: Snapshot | undefined,
): Promise<readonly DatasetInput[]> {
  const versions = await code.readData(data, {
    ...(codeCommit === undefined ? {} : { commit: codeCommit }),
    ...(snapshot?.head === undefined ? {} : { head: snapshot.head }),
  })
  return versions.map((version) => toDatasetInput({ version, context: readContext, found: 'declared' }))
}

function createJobId(randomBytes: ComputeParts['randomBytes']): JobId {
  const jobId = parseJobId(Buffer.from(randomBytes(16)).toString('hex'))
  if (jobId === undefined) throw new TypeError('Sixteen bytes are always a job id.')
  return jobId
}

function jobTags(jobId: JobId, { command, workingDirectory }: JobSpec): readonly Tag[] {
  return [
    { key: tagNames.job, value: jobId },
    // So that whoever may stop a supervised run may stop this one.
    { key: tagNames.supervisor, value: 'engine' },
    { key: tagNames.command, value: JSON.stringify(command) },
    { key: tagNames.workingDirectory, value: workingDirectory },
  ]
}

function codeTags({ snapshot, remoteUrl }: LaunchedCode): readonly Tag[] {
  if (snapshot === undefined) return []
  const { commit, head, branch, changedCount } = snapshot
  const tags: readonly (readonly [string, string | undefined])[] = [
    [tagNames.gitCommit, head],
    [tagNames.gitBranch, branch],
    [tagNames.gitRepoUrl, remoteUrl],
    [tagNames.gitDirty, String(changedCount > 0)],
    [tagNames.gitSnapshot, commit],
  ]
  return tags.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]))
}

/**
 * What differed from the commit, as a patch beside the run's other artifacts: for whoever has the commit and not this
 * repository. The job goes ahead without it, since its snapshot has the same.
 */
async function keepPatch(
  { artifacts, code, tracking, log }: Pick<ComputeParts, 'artifacts' | 'code' | 'tracking' | 'log'>,
  { jobId, runId }: JobRecord,
  snapshot: Snapshot,
): Promise<void> {
  try {
    const patch = await code.readPatch(snapshot)
    if (patch === undefined) return
    const { artifactUri } = await tracking.runs.get(runId)
    await artifacts.write(locateArtifact(artifactUri, artifactPaths.patch).join('/'), ReadableStream.from([patch]))
  } catch (error) {
    log('warning', `job ${jobId}: the patch of its code could not be kept`, error)
  }
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

import os from 'node:os'
import path from 'node:path'
import { mapConcurrently } from '../base/map-concurrently.ts'
import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Job } from '../protocol/jobs.ts'
import type { Param, Tag } from '../protocol/runs.ts'
import { substituteParams } from '../protocol/substitute-params.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { retry } from '../supervisor/retry.ts'
import { runTags } from '../supervisor/run-tags.ts'
import type { CliContext } from './context.ts'
import { readSecrets } from './read-secrets.ts'
import { readTokens } from './read-tokens.ts'
import { printable } from './text.ts'
import type { CommonSpec } from './train-options.ts'

export interface JobLaunch {
  /** Program and arguments, with `{key}` where the values of params go. */
  readonly template: readonly string[]
  readonly paramsOfJobs: readonly (readonly Param[])[]
  readonly spec: CommonSpec
  readonly experiment: string
  readonly name?: string
  readonly workspace: string
}

const launchesAtOnce = 8
/** An engine that was killed is back in a second. */
const patienceMs = 60_000

/** A target that is full or cannot be reached is told at once: whoever launches is there to choose another. */
const isEngineAway = (error: unknown) => error instanceof RunwrightError && error.code === 'ENGINE_UNREACHABLE'

/** Launches a job for each set of params. Each launch has a key, so that one which is sent again is none anew. */
export async function launchJobs(context: CliContext, client: Client, launch: JobLaunch): Promise<readonly Job[]> {
  const { paramsOfJobs } = launch
  const batch = Buffer.from(context.randomBytes(16)).toString('hex')
  const workingDirectory = relativeFolder(launch.workspace, context.cwd)
  const sweepTags: readonly Tag[] = paramsOfJobs.length > 1 ? [{ key: tagNames.sweep, value: batch.slice(0, 8) }] : []
  const tokens = await readTokens(launch.workspace, context.env, launch.spec.target)
  const launched: Job[] = []

  async function launchOne([index, params]: [number, readonly Param[]]): Promise<Job> {
    const { template, spec, experiment, name, workspace } = launch
    const command = substituteParams(template, params)
    const user = os.userInfo().username
    const tags = runTags({ command, template, params, cwd: context.cwd, workspace, user })
    const sent = {
      key: `${batch}-${index}`,
      experiment,
      ...(name === undefined ? {} : { name: paramsOfJobs.length === 1 ? name : `${name}-${index + 1}` }),
      spec: { ...spec, command, params, workingDirectory },
      secrets: readSecrets(spec.secrets, context.env),
      tokens,
      userId: user,
      tags: [...tags, ...sweepTags],
    }
    const { job, warnings } = await retry(() => client.call('jobs/launch', sent), patienceMs, isEngineAway)
    launched.push(job)
    // All jobs of a sweep have the same code.
    if (index === 0) for (const warning of warnings) context.stderr.write(`runwright: ${printable(warning)}\n`)
    return job
  }

  try {
    const [first, ...others] = [...paramsOfJobs.entries()]
    // What is wrong with one is wrong with all: it shows before the others are there.
    const ahead = first === undefined ? [] : [await launchOne(first)]
    return [...ahead, ...(await mapConcurrently(others, launchesAtOnce, launchOne))]
  } catch (error) {
    if (launched.length > 0) {
      context.stderr.write(`runwright: ${launched.length} of ${paramsOfJobs.length} jobs were launched before this:\n`)
    }
    throw error
  }
}

/** @throws INVALID_PARAMETER_VALUE for a folder outside, which is on no other machine */
function relativeFolder(workspace: string, folder: string): string {
  const relative = path.relative(workspace, folder)
  if (relative === '') return '.'
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${folder} lies outside of the workspace ${workspace}.`, {
      hint: 'Launch jobs from inside it, or name another one with --workspace.',
    })
  }
  return relative.split(path.sep).join('/')
}

/** Where data of a job lies, from the workspace, with `/`. */
export function toWorkspacePath(workspace: string, cwd: string, given: string): string {
  return path.relative(workspace, path.resolve(cwd, given)).split(path.sep).join('/')
}

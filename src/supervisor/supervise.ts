import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { RunId } from '../protocol/ids.ts'
import type { Param, Run } from '../protocol/runs.ts'
import { substituteParams } from '../protocol/substitute-params.ts'
import { readCodeState } from './code-state.ts'
import { commandEnvironment } from './command-environment.ts'
import { createDataRecorder, type LaunchData } from './data-of-run.ts'
import { describeRun } from './describe-run.ts'
import type { RunEnd } from './finish-run.ts'
import { type Program, startKeeper } from './keeper.ts'
import { runTags } from './run-tags.ts'
import { createSpool, writeState } from './spool.ts'
import { type OnSignal, watchRun } from './watch-run.ts'

/** A command to be run as a run. */
export interface Launch {
  /** Program and arguments; `{key}` in them stands for the value of a param. */
  readonly command: readonly string[]
  readonly experiment: string
  /** Default: a made-up name. */
  readonly name?: string
  readonly params: readonly Param[]
  /** The run that this one repeats. */
  readonly rerunOf?: RunId
  /** What it has to do with data under version control. */
  readonly data?: LaunchData
  /** Absolute. */
  readonly workspace: string
  /** Absolute; where the command runs. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly user: string
  readonly host: string
}

export interface Supervisor {
  readonly client: Client
  /** How to start a keeper: see `keeper.ts`. */
  readonly keeper: Program
  readonly onSignal: OnSignal
  /** Where the command's own output goes besides the log: to ours, or all of it to our stderr. */
  readonly output: 'inherit' | 'stderr'
  /** Told once the run exists, before the command starts. */
  started(run: Run): void
  /** Told when something about the run could not be recorded; the run goes on. */
  warn(message: string): void
}

/**
 * Runs a command as a run, from the creation of the run to its acknowledged end: with its params, the state of its
 * code, the environment it ran in and all it printed.
 *
 * @throws CANCELLED when a signal came before the run was created, and what the engine answers to a run it refuses
 */
export async function supervise(supervisor: Supervisor, launch: Launch): Promise<RunEnd & { readonly run: Run }> {
  const early: NodeJS.Signals[] = []
  const listening = supervisor.onSignal((signal) => early.push(signal))
  try {
    return await superviseFrom(early, supervisor, launch)
  } finally {
    listening[Symbol.dispose]()
  }
}

/** `early`: signals that came before there was a command to pass them on to; it may still grow. */
async function superviseFrom(
  early: readonly NodeJS.Signals[],
  supervisor: Supervisor,
  launch: Launch,
): Promise<RunEnd & { readonly run: Run }> {
  const { client } = supervisor
  const { workspace, cwd, params } = launch
  const command = substituteParams(launch.command, params)

  const [code, tracking, { experiment }] = await Promise.all([
    readCodeState(cwd, launch.env),
    client.tracking(),
    client.call('experiments/ensure', { name: launch.experiment }),
  ])
  if (early.length > 0) throw new RunwrightError('CANCELLED', 'Cancelled before the run began.')
  const { run } = await client.call('runs/start', {
    experimentId: experiment.experimentId,
    ...(launch.name === undefined ? {} : { name: launch.name }),
    userId: launch.user,
    params,
    tags: runTags({ ...launch, command, template: launch.command, code }),
  })
  const { runId } = run
  supervisor.started(run)

  const env = commandEnvironment(launch.env, run, tracking, params)
  try {
    const spool = await createSpool(workspace, runId)
    const { keeper, output } = supervisor
    const kept = await startKeeper({ keeper, workspace, runId, command, cwd, env, output })
    await writeState(spool, { runId, host: launch.host, keeperPid: kept.pid })
    for (const signal of early) kept.send(signal)
    const data = createDataRecorder(supervisor, runId, launch.data)
    data.start(kept.pid)
    const described = describeRun(supervisor, runId, { code, ...launch, command, env })
    const end = await watchRun({ client, runId, spool, command: kept, onSignal: supervisor.onSignal })
    await Promise.all([described, data.finish()])
    kept.settle()
    return { ...end, run }
  } catch (error) {
    await client.call('runs/end', { runId, status: 'FAILED' }).catch(() => {})
    throw error
  }
}

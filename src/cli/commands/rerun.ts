import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { planRerun, type Rerun } from '../../protocol/rerun.ts'
import type { Run } from '../../protocol/runs.ts'
import { substituteParams } from '../../protocol/substitute-params.ts'
import { parseParams } from '../../supervisor/params.ts'
import { defineCliCommand } from '../command.ts'
import { findRun } from '../../client/find-run.ts'
import { findDeclaredData, openLaunchData } from '../launch-data.ts'
import { printable, toJson } from '../text.ts'
import { trackCommand } from '../track-command.ts'

export default defineCliCommand({
  name: 'rerun',
  summary: 'Runs the command of a run again, as a new run that names the first one.',
  details: `The code is what the folder holds now; "runwright restore-code" brings back the run's own. A new value
replaces the param the run was started with, its {KEY} in the command, and an argument that holds the old value
(--key VALUE, --key=VALUE, key=VALUE). A param that the program set by itself cannot be changed from here.`,
  example: 'runwright rerun calm-otter-42 --param lr=0.02',
  options: {
    param: { type: 'string', short: 'p', value: 'KEY=VALUE', multiple: true, summary: 'Another value, or a new param' },
    experiment: { type: 'string', short: 'e', value: 'NAME', summary: 'Default: the experiment of the run' },
    name: { type: 'string', short: 'n', value: 'NAME', summary: 'What the run is called. Default: a made-up name' },
    folder: { type: 'string', value: 'DIR', summary: 'Run it here. Default: the folder the run ran in' },
    'dry-run': { type: 'boolean', summary: 'Show what would be run, and run nothing' },
    quiet: { type: 'boolean', short: 'q', summary: 'Print nothing of our own' },
  },
  operands: { usage: 'RUN', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [text = ''], json, workspace }) {
    const wanted = parseParams(options.param)
    await using client = await context.connect(workspace)
    const { run } = await client.call('runs/get', { runId: await findRun(client, text) })
    const rerun = planRerun(run, wanted)
    const cwd =
      options.folder === undefined
        ? path.resolve(workspace, rerun.workingDirectory)
        : path.resolve(context.cwd, options.folder)
    await checkFolder(cwd, run)
    const experiment = options.experiment ?? (await findExperimentName(client, run))
    if (options['dry-run']) {
      context.stdout.write(json ? toJson(describe(rerun, cwd, experiment)) : formatPlan(rerun, cwd, experiment))
      return 0
    }
    const data = await openLaunchData(context, await findDeclaredData(run, cwd))
    const launch = {
      command: rerun.command,
      params: rerun.params,
      rerunOf: run.runId,
      experiment,
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(data === undefined ? {} : { data }),
      workspace,
      cwd,
    }
    return await trackCommand(context, client, launch, { json, quiet: options.quiet })
  },
})

function describe(rerun: Rerun, folder: string, experiment: string) {
  const { params, changes } = rerun
  return { command: substituteParams(rerun.command, params), folder, experiment, params, changes }
}

function formatPlan(rerun: Rerun, cwd: string, experiment: string): string {
  const { command, params, changes } = describe(rerun, cwd, experiment)
  const changed = changes.map(({ key, from, to, origin }) => `  ${key}: ${from ?? '(none)'} → ${to} (${origin})`)
  return [
    `Command     ${JSON.stringify(command)}`,
    `Folder      ${cwd}`,
    `Experiment  ${experiment}`,
    `Params      ${params.map(({ key, value }) => `${key}=${value}`).join(' ')}`.trimEnd(),
    ...(changed.length === 0 ? [] : ['Changes', ...changed]),
  ]
    .map((line) => `${printable(line)}\n`)
    .join('')
}

async function checkFolder(cwd: string, { name }: Run): Promise<void> {
  const entry = await stat(cwd).catch(() => undefined)
  if (entry?.isDirectory() === true) return
  throw new RunwrightError('INVALID_STATE', `The folder ${cwd}, in which run “${name}” is to run, is not there.`, {
    hint: 'Name another one with --folder.',
  })
}

async function findExperimentName(client: Client, { experimentId }: Run): Promise<string> {
  const { experiments } = await client.call('experiments/list', { view: 'ACTIVE_ONLY' })
  const found = experiments.find((experiment) => experiment.experimentId === experimentId)
  if (found !== undefined) return found.name
  throw new RunwrightError('INVALID_STATE', 'The experiment of this run is deleted.', {
    hint: 'Restore it, or name another one with --experiment.',
  })
}

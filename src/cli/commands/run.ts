import os from 'node:os'
import { parseParams } from '../../supervisor/params.ts'
import { shellExitCode } from '../../supervisor/finish-run.ts'
import { supervise } from '../../supervisor/supervise.ts'
import { defineCliCommand } from '../command.ts'
import { formatDuration, printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'run',
  summary: 'Runs a command as a run.',
  details: `Its code, environment, output and end are recorded, and an MLflow client in it logs to the run. {KEY} in
COMMAND stands for the value of --param KEY=VALUE, and RUNWRIGHT_PARAMS holds all params as a JSON object.`,
  example: 'runwright run --experiment digits --param lr=0.01 -- python train.py --lr {lr}',
  options: {
    experiment: { type: 'string', short: 'e', value: 'NAME', summary: 'Created when there is none. Default: Default' },
    name: { type: 'string', short: 'n', value: 'NAME', summary: 'What the run is called. Default: a made-up name' },
    param: { type: 'string', short: 'p', value: 'KEY=VALUE', multiple: true, summary: 'A param of the run' },
    quiet: { type: 'boolean', short: 'q', summary: 'Print nothing of our own' },
  },
  operands: { usage: 'COMMAND…', min: 1, max: Infinity, afterDashes: true },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const params = parseParams(options.param)
    const say = (line: string) => void (options.quiet || context.stderr.write(`runwright: ${line}\n`))
    const startedAt = context.now()
    await using client = await context.connect(workspace)
    const { run, status, exit, unsettled } = await supervise(
      {
        client,
        keeper: context.keeper,
        onSignal: context.onSignal,
        // With --json our stdout is for the result alone.
        output: json ? 'stderr' : 'inherit',
        started: ({ name, runId }) => say(`run ${printable(name)} (${runId})`),
        warn: (message) => context.stderr.write(`runwright: ${message}\n`),
      },
      {
        command: operands,
        experiment: options.experiment ?? 'Default',
        ...(options.name === undefined ? {} : { name: options.name }),
        params,
        workspace,
        cwd: context.cwd,
        env: context.env,
        user: os.userInfo().username,
        host: os.hostname(),
      },
    )
    const ending = exit.signal ?? `exit ${exit.exitCode ?? 'unknown'}`
    say(`run ${printable(run.name)} ${status} (${ending}) after ${formatDuration(context.now() - startedAt)}`)
    if (unsettled !== undefined) {
      const reason = unsettled instanceof Error ? unsettled.message : String(unsettled)
      context.stderr.write(`runwright: its end is not recorded yet: ${reason}\n  The next runwright command does it.\n`)
    }
    const exitCode = shellExitCode(exit)
    const { runId, experimentId, name } = run
    if (json) context.stdout.write(toJson({ runId, experimentId, name, status, exit, exitCode }))
    return exitCode
  },
})

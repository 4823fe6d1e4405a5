import { parseParams } from '../../supervisor/params.ts'
import { defineCliCommand } from '../command.ts'
import { openLaunchData } from '../launch-data.ts'
import { trackCommand } from '../track-command.ts'

export default defineCliCommand({
  name: 'run',
  summary: 'Runs a command as a run.',
  details: `Its code, environment, output and end are recorded, and an MLflow client in it logs to the run. {KEY} in
COMMAND stands for the value of --param KEY=VALUE, and RUNWRIGHT_PARAMS holds all params as a JSON object. The run
records the versions of the data that --data names, and what has changed of --out when the command ends.`,
  example: 'runwright run --experiment digits --param lr=0.01 -- python train.py --lr {lr}',
  options: {
    experiment: { type: 'string', short: 'e', value: 'NAME', summary: 'Created when there is none. Default: Default' },
    name: { type: 'string', short: 'n', value: 'NAME', summary: 'What the run is called. Default: a made-up name' },
    param: { type: 'string', short: 'p', value: 'KEY=VALUE', multiple: true, summary: 'A param of the run' },
    data: { type: 'string', value: 'PATH', multiple: true, summary: 'Data under version control that it reads' },
    out: { type: 'string', value: 'PATH', multiple: true, summary: 'A file or folder that it writes' },
    'commit-data': { type: 'boolean', summary: 'Put what it has written of --out under version control at its end' },
    quiet: { type: 'boolean', short: 'q', summary: 'Print nothing of our own' },
  },
  operands: { usage: 'COMMAND…', min: 1, max: Infinity, afterDashes: true },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const params = parseParams(options.param)
    const data = await openLaunchData(context, {
      cwd: context.cwd,
      read: options.data,
      written: options.out,
      isCommitted: options['commit-data'],
    })
    await using client = await context.connect(workspace)
    const launch = {
      command: operands,
      experiment: options.experiment ?? 'Default',
      ...(options.name === undefined ? {} : { name: options.name }),
      params,
      ...(data === undefined ? {} : { data }),
      workspace,
      cwd: context.cwd,
    }
    return await trackCommand(context, client, launch, { json, quiet: options.quiet })
  },
})

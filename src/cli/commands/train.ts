import { scriptCommand } from '../../supervisor/script-command.ts'
import { launcherNames, precisionNames } from '../../protocol/launchers.ts'
import { expandSweep } from '../../protocol/sweep.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { followToEnd } from '../follow-to-end.ts'
import { launchJobs, toWorkspacePath } from '../launch-jobs.ts'
import { findProfile } from '../project.ts'
import { printable, toJson } from '../text.ts'
import { readTrainOptions } from '../train-options.ts'

export default defineCliCommand({
  name: 'train',
  summary: 'Queues a command as a job on this machine or another, and follows it.',
  details: `The job goes on when this command, the editor or the engine ends. A .py, .ts or .ipynb file alone chooses
what runs it. {KEY} in COMMAND stands for the value of a param, and RUNWRIGHT_PARAMS holds all params as a JSON object.
--grid and --random launch a job for each combination of values. Targets and profiles are in runwright.yaml.`,
  example: 'runwright train --gpus 1 --gpu-memory 24G --time 2h --param lr=0.01 -- python train.py --lr {lr}',
  options: {
    target: { type: 'string', short: 't', value: 'NAME', summary: 'Where it runs. Default: local' },
    profile: { type: 'string', value: 'NAME', summary: 'Begin with what runwright.yaml says under this name' },
    experiment: { type: 'string', short: 'e', value: 'NAME', summary: 'Created when there is none. Default: Default' },
    name: { type: 'string', short: 'n', value: 'NAME', summary: 'What the run is called. Default: a made-up name' },
    param: { type: 'string', short: 'p', value: 'KEY=VALUE', multiple: true, summary: 'A param of the run' },
    grid: { type: 'string', value: 'KEY=A,B', multiple: true, summary: 'A job for each value, and each combination' },
    random: { type: 'string', value: 'KEY=LO..HI[:log]', multiple: true, summary: 'Values drawn from a range' },
    trials: { type: 'string', value: 'COUNT', summary: 'How often --random draws. Default: 10' },
    seed: { type: 'string', value: 'NUMBER', summary: 'The same seed draws the same values. Default: 0' },
    repeat: { type: 'string', value: 'COUNT', summary: 'Launch everything so often' },
    gpus: { type: 'string', value: 'COUNT', summary: 'GPUs, each its own unless --gpu-memory is given' },
    'gpu-memory': { type: 'string', value: 'SIZE', summary: 'Free memory on each GPU, for example 24G' },
    cpus: { type: 'string', value: 'COUNT', summary: 'CPUs' },
    memory: { type: 'string', value: 'SIZE', summary: 'Main memory; a job that takes more is ended' },
    time: { type: 'string', value: 'TIME', summary: 'For example 2h; a job that runs longer is ended' },
    nodes: { type: 'string', value: 'COUNT', summary: 'Machines of a cluster' },
    priority: { type: 'string', value: 'NUMBER', summary: 'Higher goes first, -100 to 100. Default: 0' },
    retries: { type: 'string', value: 'COUNT', summary: 'Further attempts after one that failed. Default: 0' },
    secret: { type: 'string', value: 'NAME', multiple: true, summary: 'A variable of yours that is not stored' },
    env: { type: 'string', value: 'NAME=VALUE', multiple: true, summary: 'A variable for the command; it is stored' },
    launcher: { type: 'string', value: 'NAME', summary: `Starts a process for each GPU: ${launcherNames.join(', ')}` },
    precision: { type: 'string', value: 'NAME', summary: `What it computes in: ${precisionNames.join(', ')}` },
    data: { type: 'string', value: 'PATH', multiple: true, summary: 'Data under version control that it reads' },
    out: { type: 'string', value: 'PATH', multiple: true, summary: 'A file or folder that it writes' },
    isolated: { type: 'boolean', summary: 'Run it from a copy of its code, not in the workspace' },
    follow: { type: 'boolean', short: 'f', summary: 'Print its output until it ends. Default for a single job' },
    detach: { type: 'boolean', short: 'd', summary: 'Return once it is queued' },
    quiet: { type: 'boolean', short: 'q', summary: 'Print nothing of our own' },
  },
  operands: { usage: 'COMMAND…', min: 0, max: Infinity, afterDashes: true },
  async run(context, { options, operands, json, workspace }) {
    const profile = await findProfile(workspace, options.profile)
    const words = operands.length > 0 ? operands : (profile.command ?? [])
    if (words.length === 0) throw usageError('train', 'COMMAND… is missing.')
    const { spec, sweep, experiment } = readTrainOptions(options, profile, (path) =>
      toWorkspacePath(workspace, context.cwd, path),
    )
    const paramsOfJobs = expandSweep(sweep, spec.params)
    if (options.follow && (options.detach || paramsOfJobs.length > 1)) {
      throw usageError('train', '--follow is for a single job, and not with --detach.')
    }
    const template = await scriptCommand(words, spec.target === 'local' && !spec.isIsolated ? context.cwd : undefined)
    await using client = await context.connect(workspace)
    const say = (line: string) => void (options.quiet || context.stderr.write(`runwright: ${line}\n`))
    const jobs = await launchJobs(context, client, {
      template,
      paramsOfJobs,
      spec,
      experiment,
      workspace,
      ...(options.name === undefined ? {} : { name: options.name }),
    })
    const [first] = jobs
    if (jobs.length === 1 && first !== undefined && !options.detach) {
      say(`job ${printable(first.name)} (${first.jobId}); Ctrl+C leaves it running`)
      return await followToEnd(context, client, first, { json, say })
    }
    if (json) context.stdout.write(toJson({ jobs }))
    else if (jobs.length > 10) context.stdout.write(`Launched ${jobs.length} jobs.\n`)
    else for (const { name, jobId } of jobs) context.stdout.write(`Launched ${printable(name)} (${jobId}).\n`)
    return 0
  },
})

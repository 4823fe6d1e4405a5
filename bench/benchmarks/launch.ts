import { setTimeout as delay } from 'node:timers/promises'
import { openSlurm } from '../../test/servers/slurm.ts'
import { openSshd } from '../../test/servers/sshd.ts'
import { findTestPython } from '../../test/servers/test-python.ts'
import { defineBenchmark } from '../benchmark.ts'
import { type LaunchedWorkspace, openLaunchedWorkspace } from '../launch/launched-workspace.ts'
import { measureLogLag } from '../launch/log-lag.ts'
import { median } from '../median.ts'
import { dvcVersion, installDvc } from '../servers/dvc.ts'

/** Of each launch, in every repetition; their median is the sample. */
const launches = 3

/**
 * Slurm looks at what was submitted once a second, and sooner while it is at work. So its launches begin at evenly spread
 * moments of the second, a second after the one before has ended, and their mean is the sample: otherwise the figure is
 * by how much a launch happens to miss the look.
 */
const moments = 10

export default defineBenchmark({
  name: 'launch',
  summary:
    'From typing a launch until the command has begun, with an engine that runs, on this machine, by ssh and on Slurm (both on this machine); by hand on ssh is one call that carries the folder as a tar. The lag of a log is from the printing of a line by the job to its printing by `runwright train --follow`',
  measures: {
    local: { label: 'this machine', unit: 'ms' },
    localOver: { label: 'this machine, over by hand', unit: 'ms', target: { atMost: 150 } },
    project: { label: 'this machine, beside the peers', unit: 'ms', target: { timesPeer: 1 } },
    ssh: { label: 'ssh', unit: 'ms', target: { timesPeer: 1 / 1.3 } },
    slurm: { label: 'Slurm', unit: 'ms', target: { timesPeer: 1 / 1.3 } },
    localLag: { label: 'lag of the log, 99th percentile: this machine', unit: 'ms', target: { atMost: 300 } },
    sshLag: { label: 'ssh', unit: 'ms', target: { atMost: 300 } },
    slurmLag: { label: 'Slurm', unit: 'ms', target: { atMost: 300 } },
  },
  describePeers: () => `the command by hand, \`mlflow run\` 3.17.2 and \`dvc exp run\` ${dvcVersion}`,
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const sshd = opened.use(await openSshd())
    const slurm = opened.use(await openSlurm())
    const workspace = opened.use(await openLaunchedWorkspace(folder, { sshd, slurm }))
    const { command, run, runwright } = workspace
    const timed = (launch: () => Promise<unknown>) => medianOf(() => command.time(launch))
    const train = async (target: string) => {
      const words = ['train', '--detach', '--target', target, '--', 'sh', command.script]
      const began = await command.time(() => runwright(...words))
      await workspace.idle()
      return began
    }
    const lineCount = isQuick ? 20 : 200
    const lag = (target: string) => measureLogLag(workspace, target, lineCount)
    const mlflow = findTestPython(process.env).replace(/python$/, 'mlflow')
    const dvc = await installDvc(folder)
    await initDvc(workspace, dvc)
    const byHandOnSsh = `tar -c --exclude .git --exclude .runwright . | ssh -F '${sshd.configFile}' box 'mkdir -p hand && tar -x -C hand && cd hand && { nohup sh ${command.script} >out 2>&1 </dev/null & }'`
    const local = () => timed(() => run('sh', command.script))
    const running = opened.move()
    return {
      async ours() {
        const byHand = await local()
        const ours = await medianOf(() => train('local'))
        return {
          local: ours,
          localOver: ours - byHand,
          project: ours,
          ssh: await medianOf(() => train('box')),
          slurm: await meanOverSecond(() => train('cluster')),
          localLag: await lag('local'),
          sshLag: await lag('box'),
          slurmLag: await lag('cluster'),
        }
      },
      peers: {
        'by hand': async () => ({
          local: await local(),
          ssh: await timed(() => run('sh', '-c', byHandOnSsh)),
          slurm: await meanOverSecond(() => command.time(() => run('sbatch', '--output=/dev/null', command.script))),
        }),
        'mlflow run': async () => ({
          project: await timed(() => run(mlflow, 'run', '.', '--env-manager', 'local')),
        }),
        'dvc exp run': async () => ({ project: await timed(() => run(dvc, 'exp', 'run', '--force')) }),
      },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

async function medianOf(sample: () => Promise<number>): Promise<number> {
  const samples: number[] = []
  for (let index = 0; index < launches; index++) samples.push(await sample())
  return median(samples)
}

async function meanOverSecond(sample: () => Promise<number>): Promise<number> {
  let sum = 0
  for (let moment = 0; moment < moments; moment++) {
    await delay(1000)
    await delay((1000 + (moment * 1000) / moments - (Date.now() % 1000)) % 1000)
    sum += await sample()
  }
  return sum / moments
}

async function initDvc({ run }: LaunchedWorkspace, dvc: string): Promise<void> {
  await run(dvc, 'init', '--quiet')
  await run(dvc, 'config', 'core.analytics', 'false')
  await run('git', 'add', '--all')
  await run('git', 'commit', '--quiet', '--message', 'DVC')
}

import { join } from 'node:path'
import { findFreePorts } from './free-ports.ts'
import { openServerScript, whyNot } from './server-script.ts'

export type SlurmDaemon = 'slurmctld' | 'slurmd-n1' | 'slurmdbd' | 'mariadb' | 'munged'

/** A real Slurm on this machine, with accounting and pretend GPUs; disposing it ends and removes all of it. */
export interface SlurmServer extends AsyncDisposable {
  readonly folder: string
  /** For Slurm's programs. */
  readonly env: Readonly<Record<string, string>>
  /** Starts what is down. */
  start(): Promise<void>
  kill9(daemon: SlurmDaemon): Promise<void>
  /** Ends a daemon as an administrator does. */
  stop(daemon: SlurmDaemon): Promise<void>
}

/** Why there can be no Slurm here; false when there can. */
export const whyNoSlurm = whyNot(
  ['slurmctld', 'slurmd', 'slurmdbd', 'sbatch', 'sacct', 'munged', 'mariadbd', 'mariadb-install-db'],
  { needsRoot: true },
)

/**
 * @param shape.cpus cores of each node, default 32; `gpus` of each node, default 4; `nodes`, default 1
 * @param shape.hasOwnHosts whether each node has a host name of its own, as if it were another machine
 */
export async function openSlurm(
  shape: {
    readonly cpus?: number
    readonly gpus?: number
    readonly nodes?: number
    readonly hasOwnHosts?: boolean
  } = {},
): Promise<SlurmServer> {
  const { cpus = 32, gpus = 4, nodes = 1, hasOwnHosts = false } = shape
  const sizes = {
    SLURM_TEST_CPUS: String(cpus),
    SLURM_TEST_GPUS: String(gpus),
    SLURM_TEST_NODES: String(nodes),
    SLURM_TEST_HOSTS: hasOwnHosts ? 'own' : '',
  }
  const script = await openServerScript('slurm', sizes)
  const [controller = 0, accounting = 0, database = 0] = await findFreePorts(3)
  // Each node's daemon has the port after the one before it.
  const [node = 0] = nodes === 1 ? await findFreePorts(1) : [20_000 + (process.pid % 10_000)]
  const stopAll = async () => {
    await script.run('stop')
    await script.remove()
  }
  try {
    await script.run('start', controller, node, accounting, database)
  } catch (error) {
    await stopAll()
    throw error
  }
  return {
    folder: script.folder,
    env: { SLURM_CONF: join(script.folder, 'slurm.conf') },
    start: async () => void (await script.run('start')),
    kill9: async (daemon) => void (await script.run('kill9', daemon)),
    stop: async (daemon) => void (await script.run('stop-one', daemon)),
    [Symbol.asyncDispose]: stopAll,
  }
}

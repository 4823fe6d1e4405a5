/** Where this process stands among all that train together. */
export interface World {
  readonly rank: number
  readonly size: number
  readonly localRank: number
  /** Undefined where the launcher does not tell. */
  readonly localSize: number | undefined
  readonly nodeRank: number
  readonly mainAddress: string
  readonly mainPort: number
  /** It is the one that writes checkpoints and logs metrics. */
  readonly isMain: boolean
}

/** Names of variables; the first two must be there. */
const launchers = [
  // torchrun and what follows its example.
  { rank: 'RANK', size: 'WORLD_SIZE', localRank: 'LOCAL_RANK', localSize: 'LOCAL_WORLD_SIZE', nodeRank: 'GROUP_RANK' },
  // A step of srun.
  {
    rank: 'SLURM_PROCID',
    size: 'SLURM_STEP_NUM_TASKS',
    localRank: 'SLURM_LOCALID',
    localSize: '',
    nodeRank: 'SLURM_NODEID',
  },
  {
    rank: 'OMPI_COMM_WORLD_RANK',
    size: 'OMPI_COMM_WORLD_SIZE',
    localRank: 'OMPI_COMM_WORLD_LOCAL_RANK',
    localSize: 'OMPI_COMM_WORLD_LOCAL_SIZE',
    nodeRank: 'OMPI_COMM_WORLD_NODE_RANK',
  },
  { rank: 'PMI_RANK', size: 'PMI_SIZE', localRank: 'MPI_LOCALRANKID', localSize: 'MPI_LOCALNRANKS', nodeRank: '' },
] as const

/** As the Python package has it. */
const firstPort = 20_000

/**
 * Reads the variables of torchrun, srun or mpirun; alone, it is rank 0 of 1.
 *
 * @throws RangeError when they contradict each other or are no numbers
 */
export function world(env: Readonly<Record<string, string | undefined>> = process.env): World {
  const names = launchers.find(({ rank, size }) => env[rank] !== undefined && env[size] !== undefined)
  const read = (name: string, otherwise: number) => readNumber(env, name, otherwise)
  const rank = names === undefined ? 0 : read(names.rank, 0)
  const size = names === undefined ? 1 : read(names.size, 1)
  const localSize = names === undefined ? undefined : read(names.localSize, 0) || undefined
  const byNode = localSize === undefined ? rank : rank % localSize
  const localRank = names === undefined ? 0 : read(names.localRank, byNode)
  if (rank < 0 || rank >= size || localRank < 0) {
    throw new RangeError(`Rank ${rank} (local rank ${localRank}) does not fit a world of ${size}.`)
  }
  return {
    rank,
    size,
    localRank,
    localSize,
    nodeRank: read(names?.nodeRank ?? '', read('NODE_RANK', 0)),
    mainAddress: env['MASTER_ADDR'] ?? '127.0.0.1',
    mainPort: read('MASTER_PORT', firstPort + (read('SLURM_JOB_ID', 0) % 10_000)),
    isMain: rank === 0,
  }
}

function readNumber(env: Readonly<Record<string, string | undefined>>, name: string, otherwise: number): number {
  const text = env[name] ?? ''
  if (text === '') return otherwise
  const value = Number(text)
  if (Number.isInteger(value)) return value
  throw new RangeError(`${name} is "${text}", which is no whole number.`)
}

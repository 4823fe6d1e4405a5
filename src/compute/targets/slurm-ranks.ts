import type { JobResources } from '../../protocol/jobs.ts'

/**
 * What each rank of a job on several nodes finds: the names by which torch's `env://` and, as `PET_…`, torchrun's own
 * options are set, so that `torchrun train.py` needs none of them. What the job sets itself goes before. There is one rank
 * on a node, whatever GPUs it has: more of them are torchrun's to start.
 *
 * @see https://docs.pytorch.org/docs/stable/elastic/run.html
 */
const rankProgram = `: "\${MASTER_ADDR:=$SLURM_LAUNCH_NODE_IPADDR}" "\${MASTER_PORT:=$((20000 + SLURM_JOB_ID % 10000))}"
export MASTER_ADDR MASTER_PORT
export RANK=$SLURM_PROCID WORLD_SIZE=$SLURM_STEP_NUM_TASKS LOCAL_RANK=0 LOCAL_WORLD_SIZE=1
export NODE_RANK=$SLURM_NODEID GROUP_RANK=$SLURM_NODEID
export PET_NNODES=$SLURM_STEP_NUM_NODES PET_NODE_RANK=$SLURM_NODEID
export PET_MASTER_ADDR=$MASTER_ADDR PET_MASTER_PORT=$MASTER_PORT PET_NPROC_PER_NODE=$0
exec "$@"`

/**
 * The words before the command of a job on several nodes. The wrapper stands on the first node; a step takes the command
 * to all, marks each line of output with its rank, and ends with the first rank that fails.
 */
export function rankWords({ nodes = 1, gpus = 0, cpus }: JobResources): readonly string[] {
  if (nodes === 1) return []
  // Slurm does not pass a job's CPUs of a task on to its steps.
  const own = cpus === undefined ? [] : [`--cpus-per-task=${cpus}`]
  const step = ['srun', `--nodes=${nodes}`, `--ntasks=${nodes}`, '--ntasks-per-node=1', ...own]
  return [...step, '--label', '--kill-on-bad-exit=1', 'sh', '-c', rankProgram, String(Math.max(1, gpus))]
}

/** A further step beside that one, on each of the nodes. */
export function spreadWords({ nodes = 1 }: JobResources): readonly string[] {
  if (nodes === 1) return []
  return ['srun', '--quiet', '--overlap', '--mem=0', `--nodes=${nodes}`, `--ntasks=${nodes}`, '--ntasks-per-node=1']
}

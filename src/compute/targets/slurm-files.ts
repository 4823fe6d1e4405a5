/** Files of an attempt that are Slurm's alone. */
export const slurmFiles = {
  script: 'batch.sh',
  /** A line for each submission: `ID` or `ID;CLUSTER`, as sbatch prints it. */
  ids: 'slurm-ids',
  /** What Slurm itself has to say, as that a job was killed for its memory. */
  output: 'slurm.out',
  /** Names the pipe on the node that waits for the secrets: `PATH`. */
  secretsPipe: 'secrets-pipe',
} as const

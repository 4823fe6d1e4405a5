/** Files of an attempt that are Slurm's alone. */
export const slurmFiles = {
  script: 'batch.sh',
  /** A line for each submission: `ID` or `ID;CLUSTER`, as sbatch prints it. */
  ids: 'slurm-ids',
  /** What Slurm itself has to say, as that a job was killed for its memory. */
  output: 'slurm.out',
  /** Names the pipe on the node that waits for the secrets: `PATH`. */
  secretsPipe: 'secrets-pipe',
  /** The name of the machine that has submitted it. */
  login: 'login',
  /** Of the relay that leads to the tracking server from a node other than that; see `relayText`. */
  relayProgram: 'relay.py',
  /** Names the socket on the node where the relay's other end is waited for; its lock is beside it. */
  relay: 'relay',
  /** The port of the tracking server on the login node's loopback. */
  relayPort: 'relay-port',
} as const

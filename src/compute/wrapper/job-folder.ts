/**
 * What lies in the folder of one attempt (mode 0700), wherever it runs. Whoever submits writes `settings.sh` and
 * `wrapper.sh`; all else is written by the wrapper, but for `cancel`.
 */
export const jobFiles = {
  wrapper: 'wrapper.sh',
  /** What to run and under which limits; see `settingsText`. */
  settings: 'settings.sh',
  /** A folder whose making is the claim: it exists once, and for good, from the first start on. */
  claim: 'claim',
  /** One line for the process that takes signals: `PID BIRTH BOOT STARTED_AT HOST`; see `parseOwner`. */
  owner: 'claim/owner',
  /** The same for the command's parent, which writes the record: `PID BIRTH BOOT`. */
  parent: 'claim/parent',
  /** The command's process id, which is the id of its process group too. */
  group: 'claim/group',
  /** The cgroup that was made for the command, where one was. */
  cgroup: 'claim/cgroup',
  /** The cause of the first end that somebody asked for. */
  cause: 'claim/cause',
  /** stdout and stderr as they came; further starts append. */
  log: 'output.log',
  /** Made before SIGTERM is sent to the wrapper, to tell a cancelled attempt from a preempted one. */
  cancel: 'cancel',
  /** A folder that allows one further start, after one that was preempted; taking it away is that start's claim. */
  requeue: 'requeue',
  /** A folder that is there once somebody has taken that away so that no start follows. */
  shut: 'shut',
  /** The final record, complete once it is there; see `parseExitRecord`. */
  exit: 'exit.json',
} as const

/** How the wrapper exits when it runs nothing; else as the command did, with 128 + N for signal N. */
export const wrapperExits = {
  /** The folder cannot be written or is not complete; the claim is free still. */
  unusable: 74,
  /** Another start has the claim, or had it. Nothing was changed. */
  refused: 75,
} as const

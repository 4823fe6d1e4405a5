/** Tags with a meaning. The first block are MLflow's own, so that its clients and UI read what we write. */
export const tagNames = {
  runName: 'mlflow.runName',
  note: 'mlflow.note.content',
  user: 'mlflow.user',
  sourceName: 'mlflow.source.name',
  sourceType: 'mlflow.source.type',
  gitCommit: 'mlflow.source.git.commit',
  gitBranch: 'mlflow.source.git.branch',
  gitRepoUrl: 'mlflow.source.git.repoURL',
  parentRunId: 'mlflow.parentRunId',
  /** Paths of what `mlflow.log_table` has logged, as a JSON array of `{ path, type }`. */
  loggedArtifacts: 'mlflow.loggedArtifacts',

  /** `true` when files differed from the commit at launch; the difference is the artifact `code/uncommitted.patch`. */
  gitDirty: 'runwright.git.dirty',
  /** The commit below `refs/runwright/snapshots` that holds the code of a job, uncommitted and new files included. */
  gitSnapshot: 'runwright.git.snapshot',
  /** The command as a JSON array of its words. */
  command: 'runwright.command',
  /** The command with `{key}` where the values of params went, as a JSON array; only where that differs. */
  commandTemplate: 'runwright.command.template',
  /** The keys of the params that the run was started with, as a JSON array; the program's own are not among them. */
  launchParams: 'runwright.params',
  /** The id of the run that this one repeats. */
  rerunOf: 'runwright.rerunOf',
  /** The folder the command ran in: relative to the workspace where it is inside, else absolute. */
  workingDirectory: 'runwright.cwd',
  /** The exit code as a decimal number, or the signal's name. */
  exitCode: 'runwright.exit',
  /**
   * Present on runs that a supervisor watches, hence can be stopped; its value is the supervisor's host and
   * pid, or `engine` where a job runs it.
   */
  supervisor: 'runwright.supervisor',
  /** The notebook that a cell of is the run: its path in the workspace, with `/`. */
  notebook: 'runwright.notebook',
  /** The id of the job that runs it. */
  job: 'runwright.job',
  /** Runs that were launched together, for the values of a sweep for example, have the same text here. */
  sweep: 'runwright.sweep',
  /** `search` on the run of a search for a smaller model, `candidate` on those of its candidates. */
  compression: 'runwright.compression',
  /** On the run of a search for a smaller model: the id of the run of the candidate that is recommended. */
  recommended: 'runwright.recommended',
  /** On a version of a registered model: how it was compressed, in a line. */
  compressionRecipe: 'runwright.compression.recipe',
  /** Its bounds, as they were given. */
  compressionGoals: 'runwright.compression.goals',
  /** `passed`, or `failed`, and what was measured. */
  compressionTest: 'runwright.compression.test',
  /** `true` on a run that someone marked with a star, `false` where the mark was taken away again. */
  starred: 'runwright.starred',
  /**
   * Begins the keys of tags, of a run or a model version, that name data by its hashes (`dataTags`, and those of a
   * person's own); what they name is kept as long as the run or version is there.
   */
  data: 'runwright.data',
  /** On an experiment: the metric that stands for a run in lists. */
  headlineMetric: 'runwright.headlineMetric',
  /** On an experiment: `maximize` or `minimize`. */
  headlineGoal: 'runwright.headlineGoal',
} as const

/** Tags that MLflow and we keep for ourselves; a note is the user's. */
export function isSystemTag(key: string): boolean {
  return (key.startsWith('mlflow.') && key !== tagNames.note) || key.startsWith('runwright.')
}

/** Where a supervised run keeps what describes it, relative to its artifact root. */
export const artifactPaths = {
  log: 'logs/output.log',
  patch: 'code/uncommitted.patch',
  /** JSON: interpreter, platform, GPU and driver, variables by name only, lock files by name and SHA-256. */
  environment: 'environment/environment.json',
  /** What the kernel of a tracked cell had run until that cell's end, in this order, with its outputs: an `.ipynb`. */
  notebook: 'notebook/notebook.ipynb',
  /** The packages of its kernel for Python, one a line, as `name==version`. */
  packages: 'environment/packages.txt',
  /** Copies of the lock files found, under their own names. */
  environmentFolder: 'environment',
} as const

/** What an engine keeps in a workspace; a server keeps the same in its data folder. */
export const dataFolderName = '.runwright'

/** Names inside the data folder, with `/` between components. */
export const dataFiles = {
  engine: 'engine.json',
  lock: 'engine.lock',
  store: 'store.db',
  /** Names the database on a server that the artifacts belong to, where the store is no file. */
  sharedStore: 'store.url',
  artifacts: 'artifacts',
  /** Which bucket has the artifacts, where it is none of the folder's: `{"url": "s3://…"}`, and nothing secret. */
  artifactPlace: 'artifacts.json',
  /** Artifacts that still grow and go to a bucket when they are complete. */
  growing: 'growing',
  /** Artifacts of which not all parts have come, a folder for each. */
  uploads: 'uploads',
  /** What the secrets of webhooks are encrypted with. */
  webhookKey: 'webhooks.key',
  logs: 'logs',
  log: 'logs/engine.log',
  /** What supervised runs have not yet told the engine, a folder for each. */
  spool: 'spool',
  /** Attempts of jobs on this machine, a folder for each. */
  jobs: 'jobs',
  /** Checkpoints of jobs on this machine, a folder for each. */
  checkpoints: 'checkpoints',
  /** Kernels of notebooks, a folder for each: what it is, how it is reached, and the journal of what it said. */
  kernels: 'kernels',
  /** Versions of feature sets, a folder for each set. */
  features: 'features',
  /** Saved views: `SavedView` as JSON, one a file. */
  views: 'views',
  /** What changed inside files of data, by the hashes of both: a result a file, a bounded number of them. */
  dataDiffs: 'cache/data-diff',
  /** What a restore has brought, before it takes the place of what is there. */
  restoring: 'restoring',
  gitignore: '.gitignore',
} as const

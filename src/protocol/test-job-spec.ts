import type { JobSpec } from './jobs.ts'

/** What a job may leave open, for tests; a test names only what it is about. */
export const plainSpec: Omit<JobSpec, 'command'> = {
  workingDirectory: '.',
  params: [],
  env: {},
  secrets: [],
  resources: {},
  target: 'local',
  priority: 0,
  retries: 0,
  isIsolated: false,
}

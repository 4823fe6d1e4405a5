import type { GcOptions } from './gc.ts'

/** For tests: a cache without what its own repository does not need, however young that is. */
export const gcOfAll: GcOptions = {
  env: process.env,
  isDryRun: false,
  before: Date.now() + 600_000,
  isWithUnknownAge: false,
  others: { commits: [], hashes: [], manifests: [] },
  repositories: [],
  isWithoutUnreadLists: false,
  lists: undefined,
  remote: undefined,
}

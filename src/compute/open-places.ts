import { availableParallelism, totalmem } from 'node:os'
import { RunwrightError } from '../protocol/errors.ts'
import { checkOutCode } from './code/check-out-code.ts'
import { listCodeParts } from './code/code-parts.ts'
import { createDeviceSource } from './devices/detect-devices.ts'
import { createProcessOwners } from './devices/process-owners.ts'
import { openTools } from './devices/run-tool.ts'
import { createLocalPlace } from './local-place.ts'
import type { Place } from './place.ts'
import type { Attempt } from './target.ts'
import { openLocalTarget } from './targets/local.ts'

/** The places where jobs of a workspace can run, by name. Whoever opens them disposes their targets. */
export function openPlaces({
  workspace,
  env,
  now,
}: {
  /** Absolute path. */
  readonly workspace: string
  readonly env: Readonly<Record<string, string | undefined>>
  now(): number
}): ReadonlyMap<string, Place> {
  const source = createDeviceSource(openTools(env), process.platform)
  const target = openLocalTarget({
    workspace,
    env,
    listGpus: async () => (await source.read())?.devices ?? [],
    placeCode: (attempt, folder) => placeCode(attempt, folder, env),
  })
  const machine = { cpus: availableParallelism(), memoryBytes: totalmem() }
  const local = createLocalPlace({ target, source, findOwner: createProcessOwners(), ...machine, now })
  return new Map([['local', local]])
}

/** The files of the job's snapshot; they need nothing that this machine does not have. */
async function placeCode(
  { spec, workspace }: Attempt,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, string>>> {
  if (spec.codeCommit === undefined) {
    throw new RunwrightError('INVALID_STATE', 'A job that is to run apart from the workspace names no code.', {
      hint: 'The workspace has to be a git repository; without one, run the job in the workspace itself.',
    })
  }
  await checkOutCode(await listCodeParts(workspace, spec.codeCommit, env), folder)
  return {}
}

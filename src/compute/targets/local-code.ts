import { posix } from 'node:path'
import { placeLocalCode } from '../code/place-local-code.ts'
import { openLocalShell } from './local-shell.ts'
import type { LocalStartParts } from './local-start.ts'
import { prepareEnvironment } from './prepare-environment.ts'
import { readLocks } from './read-code.ts'
import { environmentStore } from './remote-code.ts'

/** Places the code of isolated attempts on this machine. Their environments are built by the jobs, as everywhere. */
export function createLocalCode(env: Readonly<Record<string, string | undefined>>): LocalStartParts['placeCode'] {
  const shell = openLocalShell(env)
  return async (attempt, folder) => {
    const { directory, parts, prefix } = await placeLocalCode(attempt, folder, env)
    const place = { store: environmentStore, code: folder }
    const workingDirectory = posix.join(prefix, attempt.spec.workingDirectory)
    const prepare = await prepareEnvironment(await readLocks(parts, workingDirectory), shell, place)
    return { directory, ...(prepare === undefined ? {} : { prepare }) }
  }
}

import { hostname } from 'node:os'
import { posix } from 'node:path'
import { getCode } from '../code/locate-code.ts'
import { getCodeCommit } from '../code/place-local-code.ts'
import { sendCode } from '../code/send-code.ts'
import { jobOf } from './attempt-key.ts'
import { defaultFolder } from './job-folders.ts'
import type { PlaceCode } from './placed-code.ts'
import { prepareEnvironment } from './prepare-environment.ts'
import { createCodeReader } from './read-code.ts'

/** The first code of a large repository takes its time on a slow line. */
const sendMs = 1_800_000

/** Where environments are kept, unless a target has a folder of its own. */
export const environmentStore = '~/.runwright/environments'

/**
 * Brings the code of attempts to a target, each into its own folder there, one after another so that what they share is
 * sent once. Environments are built by the jobs themselves.
 *
 * @param folder of all attempts there, where it is not `~/.runwright/jobs`. Code, environments and checkpoints are kept in it then,
 *   for nodes and login node share it
 */
export function createRemoteCode(
  env: Readonly<Record<string, string | undefined>>,
  folder: string | undefined,
): PlaceCode {
  const root = folder ?? defaultFolder
  const stores =
    folder === undefined
      ? {
          code: '~/.runwright/code',
          environments: environmentStore,
          checkpoints: '~/.runwright/checkpoints',
        }
      : { code: `${folder}/.code`, environments: `${folder}/.environments`, checkpoints: `${folder}/.checkpoints` }
  const known = new Set<string>()
  const readCode = createCodeReader(env)
  let last: Promise<unknown> = Promise.resolve()

  return async ({ key, spec, workspace }, shell) => {
    const { root: repository, prefix } = await getCode(workspace, env)
    const { parts, locks } = await readCode(repository, getCodeCommit(spec), posix.join(prefix, spec.workingDirectory))
    const code = `${root}/${key}/code`
    const place = { store: stores.environments, code }
    // First what may be refused, so that nothing is left there.
    const prepare = await prepareEnvironment(locks, shell, place)
    const target = {
      name: shell.name,
      store: stores.code,
      known,
      run: (program: string, input?: Parameters<Parameters<typeof sendCode>[2]['run']>[1]) =>
        shell.run(['sh', '-c', program], { timeoutMs: sendMs, ...(input === undefined ? {} : { stdin: input }) }),
    }
    const sent = last.then(() => sendCode(parts, code, target, hostname()))
    last = sent.catch(() => undefined)
    await sent
    const directory = prefix === '' ? code : `${code}/${prefix}`
    const checkpoints = `${stores.checkpoints}/${jobOf(key)}`
    return { directory, checkpoints, ...(prepare === undefined ? {} : { prepare }) }
  }
}

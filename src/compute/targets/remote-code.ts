import { hostname } from 'node:os'
import { posix } from 'node:path'
import { type CodePart, listCodeParts } from '../code/code-parts.ts'
import { getCode } from '../code/locate-code.ts'
import { getCodeCommit } from '../code/place-local-code.ts'
import { sendCode } from '../code/send-code.ts'
import { activateScript } from '../environment/activate-script.ts'
import { buildScript } from '../environment/build-script.ts'
import { openCodeFiles } from '../environment/code-files.ts'
import { findLocks } from '../environment/locks.ts'
import { planEnvironments } from '../environment/plan.ts'
import { parseTools, toolsScript } from '../environment/tools.ts'
import { jobOf } from './attempt-key.ts'
import { defaultFolder } from './job-folders.ts'
import type { PlaceCode } from './placed-code.ts'
import type { Shell } from './shell.ts'

/** The first code of a large repository takes its time on a slow line. */
const sendMs = 1_800_000

/** Ends a text for the shell's input; no line of a lock's is like it. */
const endMark = 'RUNWRIGHT-END-OF-BUILD'

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
          environments: '~/.runwright/environments',
          checkpoints: '~/.runwright/checkpoints',
        }
      : { code: `${folder}/.code`, environments: `${folder}/.environments`, checkpoints: `${folder}/.checkpoints` }
  let last: Promise<unknown> = Promise.resolve()

  return async ({ key, spec, workspace }, shell) => {
    const { root: repository, prefix } = await getCode(workspace, env)
    const parts = await listCodeParts(repository, getCodeCommit(spec), env)
    const code = `${root}/${key}/code`
    const workingDirectory = posix.join(prefix, spec.workingDirectory)
    const place = { store: stores.environments, code }
    // First what may be refused, so that nothing is left there.
    const prepare = await describePreparation(parts, workingDirectory, shell, place)
    const target = {
      name: shell.name,
      store: stores.code,
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

/** Undefined where the code has no lock. @throws INVALID_STATE when the target lacks what it takes */
async function describePreparation(
  parts: readonly CodePart[],
  workingDirectory: string,
  shell: Shell,
  place: { readonly store: string; readonly code: string },
): Promise<string | undefined> {
  const [own] = parts
  const locks = own === undefined ? [] : await findLocks(openCodeFiles(own), workingDirectory)
  if (locks.length === 0) return undefined
  const { stdout } = await shell.run(['sh'], { stdin: toolsScript })
  const plans = planEnvironments(locks, parseTools(stdout.toString()), shell.name)
  const builds = plans.map((plan) => `sh <<'${endMark}' || exit $?\n${buildScript(plan, place)}\n${endMark}\n`)
  return `${builds.join('')}${activateScript(plans, place)}`
}

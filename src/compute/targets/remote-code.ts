import { hostname } from 'node:os'
import { posix } from 'node:path'
import { type CodePart, listCodeParts } from '../code/code-parts.ts'
import { getCode } from '../code/locate-code.ts'
import { getCodeCommit } from '../code/place-local-code.ts'
import { sendCode } from '../code/send-code.ts'
import { activateScript } from '../environment/activate-script.ts'
import { buildScript } from '../environment/build-script.ts'
import { openCodeFiles } from '../environment/code-files.ts'
import { findLocks, type Lock } from '../environment/locks.ts'
import { planEnvironments } from '../environment/plan.ts'
import { parseTools, toolsScript } from '../environment/tools.ts'
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
 * @param folder of all attempts there, where it is not `~/.runwright/jobs`. Code and environments are kept in it then,
 *   for nodes and login node share it
 */
export function createRemoteCode(
  env: Readonly<Record<string, string | undefined>>,
  folder: string | undefined,
): PlaceCode {
  const root = folder ?? defaultFolder
  const stores =
    folder === undefined
      ? { code: '~/.runwright/code', environments: '~/.runwright/environments' }
      : { code: `${folder}/.code`, environments: `${folder}/.environments` }
  const known = new Set<string>()
  const readCode = createCodeReader(env)
  let last: Promise<unknown> = Promise.resolve()

  return async ({ key, spec, workspace }, shell) => {
    const { root: repository, prefix } = await getCode(workspace, env)
    const { parts, locks } = await readCode(repository, getCodeCommit(spec), posix.join(prefix, spec.workingDirectory))
    const code = `${root}/${key}/code`
    const place = { store: stores.environments, code }
    // First what may be refused, so that nothing is left there.
    const prepare = await describePreparation(locks, shell, place)
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
    return { directory, ...(prepare === undefined ? {} : { prepare }) }
  }
}

interface ReadCode {
  readonly parts: readonly CodePart[]
  readonly locks: readonly Lock[]
}

/** What a commit holds stays as it is, and a sweep launches many jobs of one: it is read once for those in a row. */
function createCodeReader(env: Readonly<Record<string, string | undefined>>) {
  let last: { readonly key: string; readonly code: Promise<ReadCode> } | undefined

  async function read(repository: string, commit: string, workingDirectory: string): Promise<ReadCode> {
    const parts = await listCodeParts(repository, commit, env)
    const [own] = parts
    return { parts, locks: own === undefined ? [] : await findLocks(openCodeFiles(own), workingDirectory) }
  }

  return (...asked: Parameters<typeof read>): Promise<ReadCode> => {
    const key = asked.join('\0')
    if (last?.key === key) return last.code
    const code = read(...asked)
    const reading = { key, code }
    last = reading
    code.catch(() => {
      if (last === reading) last = undefined
    })
    return code
  }
}

/** Undefined where the code has no lock. @throws INVALID_STATE when the target lacks what it takes */
async function describePreparation(
  locks: readonly Lock[],
  shell: Shell,
  place: { readonly store: string; readonly code: string },
): Promise<string | undefined> {
  if (locks.length === 0) return undefined
  const { stdout } = await shell.run(['sh'], { stdin: toolsScript })
  const plans = planEnvironments(locks, parseTools(stdout.toString()), shell.name)
  const builds = plans.map((plan) => `sh <<'${endMark}' || exit $?\n${buildScript(plan, place)}\n${endMark}\n`)
  return `${builds.join('')}${activateScript(plans, place)}`
}

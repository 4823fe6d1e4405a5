import { activateScript } from '../environment/activate-script.ts'
import { buildScript, type EnvironmentPlace } from '../environment/build-script.ts'
import type { Lock } from '../environment/locks.ts'
import { planEnvironments } from '../environment/plan.ts'
import { parseTools, toolsScript } from '../environment/tools.ts'
import type { Shell } from '../../ssh/shell.ts'

/** Ends a text for the shell's input; no line of a lock's is like it. */
const endMark = 'RUNWRIGHT-END-OF-BUILD'

/**
 * Lines of a POSIX shell that a job runs before its command: they build the environments of its code where they are not
 * there yet, and enter them. Undefined where the code has no lock.
 *
 * @param shell of the machine, which is asked for its tools
 * @throws INVALID_STATE when that lacks what it takes
 */
export async function prepareEnvironment(
  locks: readonly Lock[],
  shell: Shell,
  place: EnvironmentPlace,
): Promise<string | undefined> {
  if (locks.length === 0) return undefined
  const { stdout } = await shell.run(['sh'], { stdin: toolsScript })
  const plans = planEnvironments(locks, parseTools(stdout.toString()), shell.name)
  const builds = plans.map((plan) => `sh <<'${endMark}' || exit $?\n${buildScript(plan, place)}\n${endMark}\n`)
  return `${builds.join('')}${activateScript(plans, place)}`
}

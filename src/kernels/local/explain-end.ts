import { RunwrightError } from '../../protocol/errors.ts'
import type { KernelProcess, ProcessEnd } from './kernel-process.ts'

/** Why a kernel's process ended, in a sentence or two for people. */
export function explainEnd({ code, signal, said }: ProcessEnd, interpreter: string): string {
  if (signal === 'SIGKILL') {
    return 'It was killed (SIGKILL), as the system does with what takes too much memory. Load less at once, or ask for a larger machine.'
  }
  if (/JavaScript heap out of memory/.test(said)) {
    return 'Its objects took more memory than Node allows. Keep large data in typed arrays or tensors, or start the editor or the engine with NODE_OPTIONS=--max-old-space-size=8192, which is in megabytes.'
  }
  if (signal !== null) return `It was ended by ${signal}: native code has crashed, or someone has stopped it.`
  if (/No module named '?ipykernel/.test(said)) {
    return `ipykernel is not installed in its environment. Install it: "${interpreter}" -m pip install ipykernel`
  }
  const last = said.trim().split('\n').at(-1) ?? ''
  if (code === null) return `It could not be started: ${last}`
  return `It ended with exit code ${code}${last === '' ? '.' : `: ${last}`}`
}

/** Resolves when it ends, for whoever waits for its start. */
export async function explainStart({ ended }: KernelProcess, interpreter: string): Promise<RunwrightError> {
  return new RunwrightError('INVALID_STATE', explainEnd(await ended, interpreter))
}

import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Actions } from './actions.ts'
import type { LfsAnswer } from './messages.ts'

/** How servers and stores answer when a signed address has had its time. */
const outdated = new Set(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'RESOURCE_DOES_NOT_EXIST'])

/** Does what a server lets its client do with an object; where that is not taken any more, it is asked for anew, once. */
export async function performRenewed<Result>(
  actions: Actions,
  pointer: LfsPointer,
  signal: AbortSignal,
  perform: (answer: LfsAnswer) => Promise<Result>,
): Promise<Result> {
  const answer = await actions.find(pointer, signal)
  try {
    return await perform(answer)
  } catch (error) {
    if (!(error instanceof RunwrightError) || !outdated.has(error.code)) throw error
    actions.forget(pointer)
    return perform(await actions.find(pointer, signal))
  }
}

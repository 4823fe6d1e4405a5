import { isDeepStrictEqual } from 'node:util'
import type { Feeds, Session } from '../../onnx/session.ts'
import type { MeasuredModel } from '../measure-models.ts'
import { openModel, type OpenContext } from './pair.ts'

/**
 * Whether a model gives the same for the same, bit by bit: twice in one session, and in a new process.
 *
 * @throws as `SessionHost.open` and `Session.run`
 */
export async function isDeterministic(
  session: Session,
  model: MeasuredModel,
  feeds: Feeds,
  context: OpenContext,
): Promise<boolean> {
  const { outputs } = await session.run(feeds, context)
  const again = await session.run(feeds, context)
  await using fresh = await openModel(model, context)
  const anew = await fresh.session.run(feeds, context)
  return isDeepStrictEqual(outputs, again.outputs) && isDeepStrictEqual(outputs, anew.outputs)
}

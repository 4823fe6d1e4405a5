import { RunwrightError } from '../protocol/errors.ts'
import { protocolVersion } from '../protocol/methods.ts'
import { sendCall } from './call.ts'
import type { FoundEngine } from './find-engine.ts'
import type { HttpConnections } from './http-request.ts'

/**
 * Decides between a client and the engine it found. An engine of the same version, or of a newer one that speaks the
 * same protocol, is used. Another one is asked to stop when it is idle, so that the client can start its own; when it
 * is busy it is used all the same, if the protocol allows.
 *
 * `engine/status` and `engine/stop` keep their meaning over all protocol versions, for this.
 *
 * @throws VERSION_MISMATCH when neither is possible
 */
export async function agreeOnVersion(
  connections: HttpConnections,
  { endpoint, hello }: FoundEngine,
  clientVersion: string,
): Promise<'use' | 'stopped'> {
  const speaksOurs = hello.protocolVersion === protocolVersion
  const order = compareVersions(hello.version, clientVersion)
  if (speaksOurs && order >= 0) return 'use'
  if (order < 0) {
    const { activeRunCount, subscriberCount } = await sendCall(connections, endpoint, 'engine/status', {})
    if (activeRunCount === 0 && subscriberCount === 0) {
      await sendCall(connections, endpoint, 'engine/stop', {})
      return 'stopped'
    }
  }
  if (speaksOurs) return 'use'
  throw new RunwrightError(
    'VERSION_MISMATCH',
    `The workspace's engine is version ${hello.version}, which version ${clientVersion} cannot talk to.`,
    {
      hint:
        order > 0
          ? 'Update this one: another program has started a newer engine here.'
          : 'It is busy: let its runs end and close the other windows, or stop it with "runwright engine stop".',
    },
  )
}

/** Below, above or equal to 0 as `a` is older than, newer than or the same as `b`; what follows `-` or `+` is ignored. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbersOf(version: string): number[] {
  return (version.split(/[-+]/)[0] ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0)
}

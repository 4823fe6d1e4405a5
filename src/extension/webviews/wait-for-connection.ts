import { RunwrightError } from '../../protocol/errors.ts'
import type { Connections } from '../connections/connections.ts'
import { localize } from '../localize.ts'

/** How long a restored panel waits for its folder to be known to be one with runs. */
const restoreTimeoutMs = 30_000

/** When a window opens, folders are looked at one after the other; panels that are restored wait for theirs. */
export interface ConnectionWaits {
  /** Resolves once the connection is known. @throws RESOURCE_DOES_NOT_EXIST when it does not come */
  wait(connectionId: string): Promise<void>
  /** A connection came or went. */
  check(): void
}

/** @param connections asked for late, because they tell the panels */
export function createConnectionWaits(connections: () => Pick<Connections, 'find'>): ConnectionWaits {
  const waiting = new Set<() => void>()
  return {
    wait: (connectionId) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (connections().find(connectionId) === undefined) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.delete(check)
          const message = localize('The folder or server of this view is not open in this window.')
          reject(
            new RunwrightError('RESOURCE_DOES_NOT_EXIST', message, { hint: localize('Open it, and the view again.') }),
          )
        }, restoreTimeoutMs)
        waiting.add(check)
        check()
      }),
    check() {
      for (const check of waiting) check()
    },
  }
}

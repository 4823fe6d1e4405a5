import { setTimeout as delay } from 'node:timers/promises'

const settleMs = 3000

/** A window goes on loading parts of its own for a while after our views are shown. */
export async function settle(): Promise<void> {
  await delay(settleMs)
}

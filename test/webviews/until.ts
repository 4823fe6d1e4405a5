import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'

/** For what a page does at once, on a machine that is busy. */
const patienceMs = 10_000

/** Waits for what is asked from here: a page's own policy can keep `waitForFunction` from asking more than once. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isTrue())) {
    assert(performance.now() < deadline, 'It did not come true.')
    await delay(20)
  }
}

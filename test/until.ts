import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits until something is so. It asks from here, of pages too: a page's own policy can keep `waitForFunction` from
 * asking more than once.
 */
export async function until(isTrue: () => boolean | Promise<boolean>, patienceMs = 30_000): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isTrue())) {
    assert(performance.now() < deadline, 'It did not come true.')
    await delay(20)
  }
}

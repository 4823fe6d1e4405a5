import assert from 'node:assert/strict'
import type { Client } from '../../src/protocol/client.ts'
import type { TestWorkspace } from './engine-workspace.ts'

/** Requests on their way at any time, so that a kill hits several. */
const lanes = 4

/** Sends until so many are acknowledged, and kills the engine in between; resolves to how long it was away, in ms. */
export async function sendWithKill({
  workspace,
  client,
  first,
  count,
  killAfter,
  acknowledged,
  send,
}: {
  readonly workspace: TestWorkspace
  readonly client: Client
  /** The number of the first request; each has one of its own. */
  readonly first: number
  readonly count: number
  readonly killAfter: number
  /** Gets the numbers of those that were answered. */
  readonly acknowledged: Set<number>
  /** Sends one; whether it was acknowledged. */
  readonly send: (number: number) => Promise<boolean>
}): Promise<number> {
  const { pid } = workspace.engineFile()
  let next = first
  let answered = 0
  let away: Promise<number> | undefined

  async function lane(): Promise<void> {
    while (answered < count) {
      const mine = next++
      if (await send(mine)) {
        acknowledged.add(mine)
        answered++
      } else {
        await away
      }
      if (answered >= killAfter) away ??= killAndReturn(client, pid)
    }
  }

  await Promise.all(Array.from({ length: lanes }, lane))
  return away ?? assert.fail('The engine was not killed.')
}

async function killAndReturn(client: Client, pid: number): Promise<number> {
  const killedAt = performance.now()
  process.kill(pid, 'SIGKILL')
  const { pid: next } = await client.call('engine/status', {})
  assert.notEqual(next, pid)
  return performance.now() - killedAt
}

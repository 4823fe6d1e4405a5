import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Client } from '../../protocol/client.ts'
import type { DeviceList } from '../../protocol/devices.ts'
import { watchDevices } from './watch-devices.ts'

const gpu = { uuid: 'GPU-0', name: 'NVIDIA H100', users: [], state: 'free' }

/** An engine that answers so, one answer after the other. */
function newClient(...answers: DeviceList[]) {
  const asked: unknown[] = []
  const call = async (_method: string, params: unknown) => {
    asked.push(params)
    return answers.shift() ?? { devices: [], problems: [] }
  }
  // SAFETY: nothing else of a client is called.
  return { client: { call } as unknown as Client, asked }
}

it('each question says what the answer before was, until there are no GPUs any more', async () => {
  const { client, asked } = newClient(
    { devices: [{ ...gpu, utilizationPercent: 10 }], problems: [], readAt: 3000 },
    { devices: [{ ...gpu, utilizationPercent: 20 }], problems: [], readAt: 5000 },
  )
  const seen: (number | undefined)[] = []
  await watchDevices(client, 1000, ([first]) => seen.push(first?.utilizationPercent), new AbortController().signal)
  assert.deepEqual(seen, [10, 20])
  assert.deepEqual(asked, [{ after: 1000 }, { after: 3000 }, { after: 5000 }])
})

it('nothing is told once nobody looks', async () => {
  const { client } = newClient({ devices: [gpu], problems: [], readAt: 3000 })
  const closing = new AbortController()
  const watched = watchDevices(client, 1000, () => assert.fail('told'), closing.signal)
  closing.abort()
  await watched
})

import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { connectRelay, type RelayClient } from '../../src/kernels/relay/relay-client.ts'
import type { KernelId } from '../../src/protocol/kernels.ts'
import { openJupyterPlace } from '../contract/jupyter-kernel-place.ts'
import { finish, type KernelPlace, newExecutionId, newKernelId } from '../contract/kernel.ts'
import { openKernelEngine } from '../contract/python-kernel-place.ts'
import { openSshPlace } from '../contract/ssh-kernel-place.ts'
import { whyNoSshd } from '../servers/sshd.ts'
import { until } from '../until.ts'

type Place = KernelPlace & { readonly dataFolder: string }

/** A workspace of its own, whose `runwright.yaml` says how long nobody may use a kernel. */
async function openLocalPlace(): Promise<Place> {
  const workspace = await mkdtemp(join(tmpdir(), 'runwright-idle-'))
  await writeFile(join(workspace, 'runwright.yaml'), 'kernels: { idleTimeout: 2h }\n')
  await symlink(join(import.meta.dirname, '../python/.venv'), join(workspace, '.venv'))
  const place = await openKernelEngine({ workspace, env: process.env })
  const { environments } = await place.client.call('kernels/environments', {})
  return {
    client: place.client,
    dataFolder: place.dataFolder,
    environmentId: environments[0]?.environmentId ?? assert.fail('no environment'),
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]()
      await rm(workspace, { recursive: true })
    },
  }
}

/** What keeps a kernel, to be told of a time that no file may say. */
async function connect({ dataFolder }: Place, kernelId: KernelId): Promise<RelayClient> {
  const file = JSON.parse(await readFile(join(dataFolder, 'kernels', kernelId, 'relay.json'), 'utf8'))
  return (await connectRelay({ file, onView() {}, onGone() {} })) ?? assert.fail('no relay')
}

for (const [name, open, skip] of [
  ['of this machine', openLocalPlace, false],
  ['of a Jupyter Server', openJupyterPlace, false],
  ['of a host of ssh', openSshPlace, whyNoSshd],
] as const) {
  it(`a kernel ${name} that nobody uses is stopped, not one that runs a cell, and says so`, { skip }, async () => {
    await using place = await open()
    const { client, environmentId } = place
    const kernelId = newKernelId()
    await client.call('kernels/start', { kernelId, environmentId })
    const run = async (code: string) => {
      const { execution } = await client.call('kernels/execute', { kernelId, executionId: newExecutionId(), code })
      return finish(client, kernelId, execution)
    }
    const get = async () => (await client.call('kernels/get', { kernelId })).kernel
    assert.equal((await run('kept = 7')).status, 'ok')
    using relay = await connect(place, kernelId)
    const marker = JSON.stringify(join(place.dataFolder, 'go'))
    const wait = `import os, time\nwhile not os.path.exists(${marker}): time.sleep(0.02)\n`
    const { execution } = await client.call('kernels/execute', {
      kernelId,
      executionId: newExecutionId(),
      // It says nothing for longer than anybody has to use it.
      code: `${wait}time.sleep(1.5)\nprint(kept)`,
    })
    const slow = finish(client, kernelId, execution)
    await relay.ask('limits', { idleTimeoutMs: 300 })
    await writeFile(join(place.dataFolder, 'go'), '')
    assert.deepEqual([(await slow).stdout, (await slow).status], ['7\n', 'ok'])
    await until(async () => (await get()).status === 'dead', 60_000)
    assert.match((await get()).reason ?? '', /stopped after .* nobody used it.*kernels\.idleTimeout/)
    await relay.ask('limits', {})
    await client.call('kernels/restart', { kernelId })
    assert.equal((await run('print(kept)')).status, 'error')
    assert.equal((await run('print("again")')).stdout, 'again\n')
    await client.call('kernels/shutdown', { kernelId })
  })
}

describe('how long nobody may use a kernel', () => {
  it('is what runwright.yaml says', async () => {
    await using place = await openLocalPlace()
    const { client, environmentId } = place
    const kernelId = newKernelId()
    await client.call('kernels/start', { kernelId, environmentId })
    const get = async () => (await client.call('kernels/get', { kernelId })).kernel
    await until(async () => (await get()).idleTimeoutMs === 7_200_000, 60_000)
    const { usedAt = 0 } = await get()
    await client.call('kernels/use', { kernelId })
    await until(async () => ((await get()).usedAt ?? 0) > usedAt, 60_000)
    await client.call('kernels/shutdown', { kernelId })
  })
})

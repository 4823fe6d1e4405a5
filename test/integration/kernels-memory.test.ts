import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { openJupyterPlace } from '../contract/jupyter-kernel-place.ts'
import { finish, type KernelPlace, newExecutionId, newKernelId } from '../contract/kernel.ts'
import { openPythonPlace } from '../contract/python-kernel-place.ts'
import { openSshPlace } from '../contract/ssh-kernel-place.ts'
import { openMemoryLimit } from '../servers/memory-limit.ts'
import { whyNoSshd } from '../servers/sshd.ts'
import { until } from '../until.ts'

const limitBytes = 96 << 20

const python = { pid: 'import os; print(os.getpid())', take: "held = []\nwhile True: held.append(b'x' * (4 << 20))" }
const javaScript = {
  pid: 'console.log(process.pid)',
  take: 'const held = []\nwhile (true) held.push(Buffer.alloc(4 << 20, 1))',
}

interface Case {
  readonly name: string
  readonly skip: string | boolean
  open(): Promise<KernelPlace>
  readonly code: typeof python
  readonly said: RegExp
}

const killed = /killed \(SIGKILL\).*too much memory.*Load less at once/
const cases: readonly Case[] = [
  { name: 'of this machine', skip: false, open: () => openPythonPlace(), code: python, said: killed },
  {
    name: 'for JavaScript',
    skip: false,
    open: async () => ({ ...(await openPythonPlace()), environmentId: 'built-in:javascript' }),
    code: javaScript,
    said: killed,
  },
  { name: 'of a host of ssh', skip: whyNoSshd, open: openSshPlace, code: python, said: killed },
  {
    name: 'of a Jupyter Server',
    skip: false,
    open: () => openJupyterPlace(),
    code: python,
    said: /has died on .*too much memory.*log may tell/,
  },
]

for (const { name, skip, open, code, said } of cases) {
  it(`a kernel ${name} that takes too much memory says so, and what to do`, { skip }, async (test) => {
    await using limit = await openMemoryLimit(limitBytes)
    if (limit === undefined) return test.skip('no memory can be limited here')
    await using place = await open()
    const { client, environmentId } = place
    const kernelId = newKernelId()
    await client.call('kernels/start', { kernelId, environmentId })
    const run = async (source: string) => {
      const params = { kernelId, executionId: newExecutionId(), code: source }
      return finish(client, kernelId, (await client.call('kernels/execute', params)).execution)
    }
    await limit.add(Number((await run(code.pid)).stdout))
    assert.equal((await run(code.take)).status, 'lost')
    const { records } = await client.call('kernels/read', { kernelId, after: 0 })
    const ended = records.findLast((record) => record.kind === 'ended')
    assert.match(ended?.reason ?? '', said)
    const get = async () => (await client.call('kernels/get', { kernelId })).kernel
    await until(async () => (await get()).status === 'dead', 60_000)
    assert.match((await get()).reason ?? '', said)
    await client.call('kernels/restart', { kernelId })
    assert.equal((await run('1')).status, 'ok')
    await client.call('kernels/shutdown', { kernelId })
  })
}

it('why a kernel has died is known when what kept it has gone, too', async () => {
  await using place = await openPythonPlace()
  const { client, environmentId } = place
  const kernelId = newKernelId()
  await client.call('kernels/start', { kernelId, environmentId })
  const params = { kernelId, executionId: newExecutionId(), code: 'import os; os.kill(os.getpid(), 9)' }
  await finish(client, kernelId, (await client.call('kernels/execute', params)).execution)
  const { pid } = JSON.parse(await readFile(join(place.dataFolder, 'kernels', kernelId, 'relay.json'), 'utf8'))
  process.kill(pid, 'SIGTERM')
  await until(() => !isAlive(pid), 60_000)
  const { records } = await client.call('kernels/read', { kernelId, after: 0 })
  const last = records.findLast((record) => record.kind === 'kernel')
  assert.match(last?.reason ?? '', killed)
  await client.call('kernels/shutdown', { kernelId })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

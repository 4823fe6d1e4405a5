import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Execution, KernelId } from '../../src/protocol/kernels.ts'
import { finish, newExecutionId, newKernelId } from '../contract/kernel.ts'
import { openSshPlace, type SshPlace } from '../contract/ssh-kernel-place.ts'
import { whyNoSshd } from '../servers/sshd.ts'
import { findTestPython } from '../servers/test-python.ts'
import { until } from '../until.ts'

const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'
const cutMs = isLong ? 30_000 : 1500
const python = findTestPython(process.env)

describe('a kernel of a host of ssh', { skip: whyNoSshd, timeout: 300_000 }, () => {
  let place: SshPlace
  before(async () => {
    place = await openSshPlace()
  })
  after(() => place[Symbol.asyncDispose]())

  async function start(): Promise<KernelId> {
    const kernelId = newKernelId()
    await place.client.call('kernels/start', { kernelId, environmentId: place.environmentId })
    return kernelId
  }
  const begin = async (kernelId: KernelId, code: string): Promise<Execution> =>
    (await place.client.call('kernels/execute', { kernelId, executionId: newExecutionId(), code })).execution
  const run = async (kernelId: KernelId, code: string) => finish(place.client, kernelId, await begin(kernelId, code))
  const describeKernel = async (kernelId: KernelId) => (await place.client.call('kernels/get', { kernelId })).kernel
  const stop = (kernelId: KernelId) => place.client.call('kernels/shutdown', { kernelId })
  const outputs = async (kernelId: KernelId, { firstSeq, executionId }: Execution) => {
    const { records } = await place.client.call('kernels/read', { kernelId, executionId, after: firstSeq - 1 })
    return records.filter(({ kind }) => kind === 'output').length
  }

  it('has all of its output, in order and once, however often its connection is cut in the midst of a cell', async () => {
    const kernelId = await start()
    const code =
      'import time\nfor number in range(6000):\n    print(number, flush=True)\n    if number % 20 == 0: time.sleep(0.02)'
    const execution = await begin(kernelId, code)
    for (let cuts = 0; cuts < 3; cuts++) {
      const before = await outputs(kernelId, execution)
      await until(async () => (await outputs(kernelId, execution)) > before, 60_000)
      await place.server.kill9()
      await until(async () => (await describeKernel(kernelId)).isSilent, 60_000)
      await place.server.start()
    }
    const { stdout, stderr, status } = await finish(place.client, kernelId, execution)
    assert.equal(stdout, Array.from({ length: 6000 }, (_, number) => `${number}\n`).join(''))
    assert.deepEqual([stderr, status], ['', 'ok'])
    await stop(kernelId)
  })

  for (const [what, cut] of [
    ['is cut', () => place.line.sever()],
    ['takes nothing any more and tells nobody', () => place.line.freeze()],
  ] as const) {
    // Of a line that is silent we know after fifteen seconds.
    const skip = what !== 'is cut' && !isLong
    it(
      `has all of its output, in order and once, when the network ${what} for ${cutMs / 1000} s`,
      { skip },
      async () => {
        const kernelId = await start()
        const marker = join(place.server.home, randomUUID())
        const code = [
          'import os, time',
          'number = 0',
          `while not os.path.exists(${JSON.stringify(marker)}):`,
          '    print(number, flush=True)',
          '    number += 1',
          '    time.sleep(0.005)',
          'print("end", number)',
        ]
        const execution = await begin(kernelId, code.join('\n'))
        await until(async () => (await outputs(kernelId, execution)) > 0, 60_000)
        cut()
        await until(async () => (await describeKernel(kernelId)).isSilent, 60_000)
        await delay(cutMs)
        place.line.sever()
        place.line.mend()
        await until(async () => !(await describeKernel(kernelId)).isSilent, 60_000)
        await writeFile(marker, '')
        const { stdout, stderr, status } = await finish(place.client, kernelId, execution)
        const count = Number(/end (\d+)\n$/.exec(stdout)?.[1])
        assert.equal(stdout, `${Array.from({ length: count }, (_, number) => `${number}\n`).join('')}end ${count}\n`)
        assert.deepEqual([stderr, status], ['', 'ok'])
        await stop(kernelId)
      },
    )
  }

  it('runs once what is asked while it cannot be reached, and gives the end of what ended meanwhile', async () => {
    const kernelId = await start()
    const marker = join(place.server.home, randomUUID())
    const wait = `import os, time\nprint("begun", flush=True)\nwhile not os.path.exists(${JSON.stringify(marker)}): time.sleep(0.02)`
    const execution = await begin(kernelId, `${wait}\ncount = 0\nprint("done")`)
    await until(async () => (await outputs(kernelId, execution)) > 0, 60_000)
    await place.server.kill9()
    await until(async () => (await describeKernel(kernelId)).isSilent, 60_000)
    await writeFile(marker, '')
    const second = await begin(kernelId, 'count += 1\nprint(count)')
    await delay(cutMs)
    await place.server.start()
    assert.deepEqual((await finish(place.client, kernelId, execution)).stdout, 'begun\ndone\n')
    assert.equal((await finish(place.client, kernelId, second)).stdout, '1\n')
    await stop(kernelId)
  })

  it('says that it was killed, as for its memory, and is there again after a restart', async () => {
    const kernelId = await start()
    assert.equal((await run(kernelId, 'import os; os.kill(os.getpid(), 9)')).status, 'lost')
    assert.match((await describeKernel(kernelId)).reason ?? '', /killed \(SIGKILL\).*memory/)
    await place.client.call('kernels/restart', { kernelId })
    assert.equal((await run(kernelId, 'print("again")')).stdout, 'again\n')
    await stop(kernelId)
  })

  it('is dead, and says so, when what keeps it there has been killed; and leaves no process behind', async () => {
    const kernelId = await start()
    const { stdout } = await run(kernelId, 'import os; print(os.getpid())')
    const loop = await begin(kernelId, 'import time\nwhile True: time.sleep(1)')
    const folder = join(place.server.home, '.runwright/kernels', kernelId)
    const [keeper = ''] = (await readFile(join(folder, 'pid'), 'utf8')).split(' ')
    process.kill(Number(keeper), 'SIGKILL')
    assert.equal((await finish(place.client, kernelId, loop)).status, 'lost')
    assert.match((await describeKernel(kernelId)).reason ?? '', /not there any more/)
    await until(() => isGone(Number(stdout)), 60_000)
    await stop(kernelId)
  })

  it('ends with its keeper when it is stopped', async () => {
    const kernelId = await start()
    const { stdout } = await run(kernelId, 'import os; print(os.getpid(), os.getppid())')
    await stop(kernelId)
    for (const pid of stdout.trim().split(' ')) await until(() => isGone(Number(pid)), 30_000)
    await assert.rejects(readFile(join(place.server.home, '.runwright/kernels', kernelId, 'pid')))
  })

  it('that cannot be started says what to do', async () => {
    const bare = join(place.server.home, 'bare')
    const broken = join(place.server.home, 'broken')
    await writeFile(bare, `#!/bin/sh\nexec '${python}' -S "$@"\n`)
    await writeFile(broken, `#!/bin/sh\nexec '${python}' -c 'raise ImportError("numpy is torn")'\n`)
    await Promise.all([chmod(bare, 0o755), chmod(broken, 0o755)])
    const cases: [environmentId: string, message: RegExp, hint: RegExp][] = [
      ['ssh:far//nowhere/python', /target has no program "\/nowhere\/python"/, /--host/],
      ['ssh:far/~/bare', /ipykernel is not installed in ~\/bare/, /pip install ipykernel/],
      [`ssh:far/${broken}`, /cannot start a kernel: ImportError: numpy is torn/, /broken/],
      ['ssh:nowhere.invalid', /no address for nowhere\.invalid/, /~\/\.ssh\/config/],
      ['ssh:-oProxyCommand=touch', /is no host for ssh/, /alias/],
    ]
    for (const [environmentId, message, hint] of cases) {
      const asked = { kernelId: newKernelId(), environmentId }
      const error: unknown = await place.client.call('kernels/start', asked).catch((thrown: unknown) => thrown)
      assert(error instanceof Error && 'hint' in error, environmentId)
      assert.match(error.message, message)
      assert.match(String(error.hint), hint)
    }
  })
})

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Client } from '../../src/protocol/client.ts'
import type { Execution, Kernel, KernelId } from '../../src/protocol/kernels.ts'
import { finish, newExecutionId, newKernelId } from '../contract/kernel.ts'
import { until } from '../until.ts'
import { createTestWorkspace, type TestWorkspace } from './engine-workspace.ts'

interface StartedKernel extends AsyncDisposable {
  readonly workspace: TestWorkspace
  readonly client: Client
  readonly kernelId: KernelId
  execute(code: string): Promise<Execution>
  describe(): Promise<Kernel>
  /** Of the process that keeps it. */
  relayPid(): Promise<number>
}

/** What is the same in each language, but for how it is said. */
interface Language {
  readonly name: string
  /** @param workspace absolute */
  environmentId(workspace: string): string
  /** Prints numbers, a flushed line each, for some seconds; then makes a file. */
  printSlowly(count: number, donePath?: string): string
  /** Prints the last of those. */
  readonly printLast: string
}

const python: Language = {
  name: 'Python',
  environmentId: (workspace) => `venv:${join(workspace, '.venv/bin/python3')}`,
  printSlowly: (count, donePath = '') =>
    [
      'import time',
      `for number in range(${count}):`,
      '    print(number, flush=True)',
      '    if number % 10 == 0: time.sleep(0.01)',
      donePath === '' ? '' : `open(${JSON.stringify(donePath)}, "w").close()`,
    ].join('\n'),
  printLast: 'print(number)',
}

const javaScript: Language = {
  name: 'JavaScript',
  environmentId: () => 'built-in:javascript',
  printSlowly: (count, donePath = '') =>
    [
      'let last',
      `for (let number = 0; number < ${count}; number++) {`,
      '  console.log((last = number))',
      '  if (number % 10 === 0) await new Promise((done) => setTimeout(done, 10))',
      '}',
      donePath === '' ? '' : `require('node:fs').writeFileSync(${JSON.stringify(donePath)}, '')`,
    ].join('\n'),
  printLast: 'console.log(last)',
}

/** A kernel of the engine of a workspace of its own. */
async function startKernel(language = python): Promise<StartedKernel> {
  await using opened = new AsyncDisposableStack()
  const workspace = opened.use(await createTestWorkspace())
  await symlink(join(import.meta.dirname, '../python/.venv'), join(workspace.path, '.venv'))
  const client = opened.use(await workspace.connect())
  const kernelId = newKernelId()
  opened.defer(() => client.call('kernels/shutdown', { kernelId }).then(() => {}))
  const environmentId = language.environmentId(workspace.path)
  await client.call('kernels/start', { kernelId, environmentId })
  const closing = opened.move()
  const relayPath = join(workspace.path, '.runwright/kernels', kernelId, 'relay.json')
  return {
    workspace,
    client,
    kernelId,
    async execute(code) {
      return (await client.call('kernels/execute', { kernelId, executionId: newExecutionId(), code })).execution
    },
    describe: async () => (await client.call('kernels/get', { kernelId })).kernel,
    relayPid: async () => JSON.parse(await readFile(relayPath, 'utf8')).pid,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

function numbersTo(count: number): string {
  return Array.from({ length: count }, (_, number) => `${number}\n`).join('')
}

for (const language of [python, javaScript]) {
  describe(`a kernel for ${language.name}`, { timeout: 300_000 }, () => {
    it('has all output in its cell, in order, once, after its engine was killed five times in the midst of it', async () => {
      await using started = await startKernel(language)
      const { client, kernelId, workspace } = started
      const execution = await started.execute(language.printSlowly(3000))
      const kills = [300, 900, 1500, 2100, 2700]
      let seen = ''
      const { stdout, status, executionCount } = await finish(client, kernelId, execution, (output) => {
        if (output.kind === 'stream') seen += output.text
        const next = kills[0]
        if (next === undefined || !seen.includes(`\n${next}\n`)) return
        kills.shift()
        process.kill(workspace.engineFile().pid, 'SIGKILL')
      })
      assert.deepEqual(kills, [])
      assert.equal(stdout, numbersTo(3000))
      assert.deepEqual([status, executionCount], ['ok', 1])
    })

    it('goes on while there is no engine, and the next one has what it said', async () => {
      await using started = await startKernel(language)
      const { client, kernelId, workspace } = started
      const donePath = join(workspace.path, 'done')
      const execution = await started.execute(language.printSlowly(1000, donePath))
      await until(async () => (await started.describe()).status === 'busy')
      process.kill(workspace.engineFile().pid, 'SIGKILL')
      await until(() => existsSync(donePath), 60_000)
      const { stdout, status } = await finish(client, kernelId, execution)
      assert.deepEqual([status, stdout], ['ok', numbersTo(1000)])
      const { kernels } = await client.call('kernels/list', {})
      assert.deepEqual(
        kernels.map((kernel) => [kernel.kernelId, kernel.status]),
        [[kernelId, 'idle']],
      )
      assert.equal((await finish(client, kernelId, await started.execute(language.printLast))).stdout, '999\n')
    })

    it('is dead when the process that keeps it was killed, its cell lost, and both are there after a restart', async () => {
      await using started = await startKernel(language)
      const { client, kernelId } = started
      const execution = await started.execute(language.printSlowly(100_000))
      await until(async () => (await started.describe()).lastSeq > 20)
      const { pid } = await started.describe()
      process.kill(await started.relayPid(), 'SIGKILL')
      const { status, stdout } = await finish(client, kernelId, execution)
      assert.equal(status, 'lost')
      assert(stdout.length > 0 && numbersTo(100_000).startsWith(stdout))
      await until(async () => (await started.describe()).status === 'dead')
      await until(() => pid !== undefined && !existsSync(`/proc/${pid}`), 30_000)
      await client.call('kernels/restart', { kernelId })
      assert.equal((await finish(client, kernelId, await started.execute(language.printSlowly(1)))).stdout, '0\n')
      assert.equal((await finish(client, kernelId, execution)).stdout, stdout)
    })
  })
}

describe('a kernel', { timeout: 300_000 }, () => {
  it('keeps all that it says while nobody reads it, and hands it over afterwards', async () => {
    await using started = await startKernel()
    const { client, kernelId, workspace } = started
    await finish(client, kernelId, await started.execute('pass'))
    const donePath = join(workspace.path, 'done')
    const relay = await started.relayPid()
    const begin = join(workspace.path, 'begin')
    const code = [
      'import os, time',
      `while not os.path.exists(${JSON.stringify(begin)}): time.sleep(0.01)`,
      'for number in range(20_000): print(number, flush=True)',
      `open(${JSON.stringify(donePath)}, "w").close()`,
    ].join('\n')
    const execution = await started.execute(code)
    await until(async () => (await started.describe()).status === 'busy')
    process.kill(relay, 'SIGSTOP')
    try {
      await symlink('/', begin)
      await until(() => existsSync(donePath), 120_000)
    } finally {
      process.kill(relay, 'SIGCONT')
    }
    const { stdout, status } = await finish(client, kernelId, execution)
    assert.equal(status, 'ok')
    assert.equal(stdout.length, numbersTo(20_000).length)
    assert.equal(stdout, numbersTo(20_000))
  })
})

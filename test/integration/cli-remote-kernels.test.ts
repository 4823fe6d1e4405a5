import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { findKernel } from '../../src/client/find-kernel.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import { enteredVariable } from '../../src/protocol/target-secrets.ts'
import { finish, newExecutionId } from '../contract/kernel.ts'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { openSshd, type SshServer, whyNoSshd } from '../servers/sshd.ts'
import { findTestPython } from '../servers/test-python.ts'
import { until } from '../until.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

const python = findTestPython(process.env)

describe('runwright kernels on other machines', { skip: whyNoSshd, timeout: 300_000 }, () => {
  const opened = new AsyncDisposableStack()
  let workspace: CliWorkspace
  let server: TestJupyter
  let sshd: SshServer
  before(async () => {
    server = opened.use(await openJupyter(python))
    sshd = opened.use(await openSshd())
    workspace = opened.use(await openCliWorkspace())
    const targets = {
      lab: { kind: 'jupyter', url: server.url, tokenFrom: 'LAB_TOKEN' },
      far: { kind: 'ssh', host: 'target', configFile: sshd.configFile },
    }
    await workspace.write('runwright.yaml', JSON.stringify({ targets }))
  })
  after(() => opened.disposeAsync())

  const withToken = (...args: string[]) => workspace.start(args, { LAB_TOKEN: server.token }).finished

  async function isIdle(name: string): Promise<boolean> {
    return new RegExp(`${name} +idle`).test((await workspace.run('kernels', 'list')).stdout)
  }

  it('are listed by their targets, and a server by its kernels', async () => {
    const { stdout } = await workspace.run('kernels', 'environments')
    assert.match(stdout, /lab +jupyter +python +yes +jupyter:lab\n/)
    assert.match(stdout, /far +ssh +python +yes +ssh:far\n/)
    const listed = await withToken('kernels', 'environments', '--server', 'lab')
    assert.match(listed.stdout, /lab: Python 3 \(ipykernel\) +jupyter +python +yes +jupyter:lab\/python3\n/)
  })

  it('need what lets one in, which the engine of an earlier command may have without it', async () => {
    const { exitCode, stderr } = await workspace.run('kernels', 'restart', 'nothing')
    assert.equal(exitCode, 3, stderr)
    const wrong = await workspace.start(['kernels', 'start', '--server', 'lab'], { LAB_TOKEN: 'expired' }).finished
    assert.notEqual(wrong.exitCode, 0)
    assert.match(wrong.stderr, /does not accept the token in LAB_TOKEN/)
    assert.equal((await withToken('kernels', 'start', '--server', 'lab', '--name', 'one')).exitCode, 0)
    await until(() => isIdle('one'), 60_000)
    assert.equal((await workspace.run('kernels', 'stop', 'one')).exitCode, 0)
  })

  it('are started on a server that is no target by its address and the variable of its token', async () => {
    const words = ['--server', server.url, '--token-from', 'OTHER_TOKEN']
    const withOther = (...args: string[]) => workspace.start(args, { OTHER_TOKEN: server.token }).finished
    const listed = await withOther('kernels', 'environments', ...words)
    assert.match(
      listed.stdout,
      /127\.0\.0\.1:\d+\/base: Python 3 \(ipykernel\) +jupyter +python +yes +jupyter:http\S+\/python3\n/,
    )
    const wrong = await workspace.start(['kernels', 'start', ...words], { OTHER_TOKEN: 'expired' }).finished
    assert.match(wrong.stderr, /does not accept the token in OTHER_TOKEN/)
    const unknown = await workspace.run('kernels', 'start', '--server', server.url)
    assert.match(unknown.stderr, /--token-from|tokenFrom/)
    const misplaced = await workspace.run('kernels', 'start', '--server', 'lab', '--token-from', 'OTHER_TOKEN')
    assert.equal(misplaced.exitCode, 2, misplaced.stderr)
    const started = await withOther('kernels', 'start', ...words, '--name', 'other')
    assert.equal(started.exitCode, 0, started.stderr)
    await until(() => isIdle('other'), 60_000)
    assert.equal((await workspace.run('kernels', 'stop', 'other')).exitCode, 0)
  })

  it('say of what was entered in an editor that it was, and name no variable', async () => {
    await using client = await workspace.connect()
    const ask = (tokens: Record<string, string>) => {
      const access = { url: server.url, tokenFrom: enteredVariable(server.url) }
      return client.call('kernels/environments', { server: server.url, access, tokens })
    }
    const isSaid = (message: RegExp) => (error: unknown) => {
      assert(error instanceof RunwrightError)
      assert.match(error.message, message)
      assert.doesNotMatch(`${error.message} ${error.hint}`, /RUNWRIGHT_ENTERED/)
      return true
    }
    await assert.rejects(ask({}), isSaid(/What lets one in to .* is not known here/))
    await assert.rejects(ask({ [enteredVariable(server.url)]: 'expired' }), isSaid(/does not accept what was entered/))
    assert.ok((await ask({ [enteredVariable(server.url)]: server.token })).environments.length > 0)
  })

  it('are started by --host in the Python that is named', async () => {
    const { exitCode, stderr } = await workspace.run('kernels', 'start', python, '--host', 'far', '--name', 'two')
    assert.equal(exitCode, 0, stderr)
    await until(() => isIdle('two'), 60_000)
    assert.equal((await workspace.run('kernels', 'stop', 'two')).exitCode, 0)
  })

  it('go on when the engine is killed in the midst of a cell, and have all of its output', async () => {
    const places = { lab: ['--server', 'lab'], far: [python, '--host', 'far'] }
    for (const [name, words] of Object.entries(places)) {
      const started = await withToken('kernels', 'start', ...words, '--name', name)
      assert.equal(started.exitCode, 0, started.stderr)
      const first = await workspace.connect()
      const { kernelId } = await findKernel(first, name)
      const code = 'import time\nfor number in range(600):\n    print(number, flush=True)\n    time.sleep(0.005)'
      const asked = { kernelId, executionId: newExecutionId(), code }
      const { execution } = await first.call('kernels/execute', asked)
      await until(async () => {
        const { records } = await first.call('kernels/read', { kernelId, after: execution.firstSeq - 1 })
        return records.some(({ kind }) => kind === 'output')
      }, 60_000)
      process.kill(await workspace.enginePid(), 'SIGKILL')
      await first[Symbol.asyncDispose]()
      await using second = await workspace.connect()
      const { stdout, status } = await finish(second, kernelId, execution)
      assert.equal(stdout, Array.from({ length: 600 }, (_, number) => `${number}\n`).join(''))
      assert.equal(status, 'ok')
      await second.call('kernels/shutdown', { kernelId })
    }
  })

  it('are one or the other', async () => {
    const { exitCode, stderr } = await workspace.run('kernels', 'start', '--host', 'far', '--server', 'lab')
    assert.equal(exitCode, 2)
    assert.match(stderr, /exclude each other/)
  })

  it('run a notebook from top to bottom', async () => {
    const cell = {
      cell_type: 'code',
      id: 'a',
      metadata: {},
      source: 'print(6 * 7)',
      execution_count: null,
      outputs: [],
    }
    const metadata = { language_info: { name: 'python' } }
    await workspace.write('work.ipynb', JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }))
    const { exitCode, stdout, stderr } = await withToken('notebook', 'run', 'work.ipynb', '--environment', 'lab')
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /^42\n/)
  })
})

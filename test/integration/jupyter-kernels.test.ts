import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openJupyterServer } from '../../src/jupyter/jupyter-server.ts'
import { openMessageSocket } from '../../src/jupyter/message-socket.ts'
import { isRecord } from '../../src/protocol/json.ts'
import type { Execution, KernelId } from '../../src/protocol/kernels.ts'
import { type JupyterPlace, openJupyterPlace } from '../contract/jupyter-kernel-place.ts'
import { finish, newExecutionId, newKernelId } from '../contract/kernel.ts'
import { readTree } from '../contract/processes.ts'
import { askPassword, openHeaderProxy, openTlsProxy } from '../servers/jupyter-doors.ts'
import { until } from '../until.ts'

const password = 'pass5ecret'
const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'
const cutMs = isLong ? 30_000 : 1500
let place: JupyterPlace
before(async () => {
  // The contract speaks to its server in the newer frames.
  const olderFrames = '--ZMQChannelsWebsocketConnection.kernel_ws_protocol='
  place = await openJupyterPlace([askPassword(password), olderFrames])
})
after(() => place[Symbol.asyncDispose]())

async function start(environmentId = 'jupyter:lab'): Promise<KernelId> {
  const kernelId = newKernelId()
  await place.client.call('kernels/start', { kernelId, environmentId })
  return kernelId
}

async function begin(kernelId: KernelId, code: string): Promise<Execution> {
  return (await place.client.call('kernels/execute', { kernelId, executionId: newExecutionId(), code })).execution
}

const describeKernel = async (kernelId: KernelId) => (await place.client.call('kernels/get', { kernelId })).kernel
const stop = (kernelId: KernelId) => place.client.call('kernels/shutdown', { kernelId })
const run = async (kernelId: KernelId, code: string) => finish(place.client, kernelId, await begin(kernelId, code))

/** Begins a cell that goes on once the connection is gone, and severs that. */
async function severWithin(kernelId: KernelId, rest: string): Promise<{ execution: Execution; marker: string }> {
  const marker = join(place.server.home, randomUUID())
  const wait = `import os, time\nprint("begun", flush=True)\nwhile not os.path.exists(${JSON.stringify(marker)}): time.sleep(0.02)`
  const execution = await begin(kernelId, `${wait}\n${rest}`)
  await until(async () => {
    const { records } = await place.client.call('kernels/read', { kernelId, after: execution.firstSeq - 1 })
    return records.some(({ kind }) => kind === 'output')
  }, 60_000)
  place.line.sever()
  await until(async () => (await describeKernel(kernelId)).isSilent)
  return { execution, marker }
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => `${number}\n`).join('')

describe('a kernel of a Jupyter Server', { timeout: 300_000 }, () => {
  it('has all of its output, in order and once, after its network was cut in the midst of a cell', async () => {
    const kernelId = await start()
    const { execution, marker } = await severWithin(
      kernelId,
      `for number in range(2000): print(number, flush=True)\nopen(${JSON.stringify(place.server.home)} + "/cut", "w").close()\ntime.sleep(3)\nprint("end")`,
    )
    await writeFile(marker, '')
    await until(
      () =>
        readFile(join(place.server.home, 'cut')).then(
          () => true,
          () => false,
        ),
      60_000,
    )
    await delay(cutMs)
    place.line.mend()
    const { stdout, stderr, status } = await finish(place.client, kernelId, execution)
    assert.equal(stderr, '')
    assert.equal(stdout, `begun\n${numbers(2000)}end\n`)
    assert.equal(status, 'ok')
    await stop(kernelId)
  })

  it('gives the end of a cell that ended while the network was cut, and takes what was asked meanwhile', async () => {
    const kernelId = await start()
    const { execution, marker } = await severWithin(kernelId, 'print("done")\nraise ValueError("as it should")')
    const second = await begin(kernelId, 'print("second")')
    await writeFile(marker, '')
    await delay(cutMs)
    place.line.mend()
    const { stdout, status } = await finish(place.client, kernelId, execution)
    assert.deepEqual([stdout, status], ['begun\ndone\n', 'error'])
    assert.equal((await finish(place.client, kernelId, second)).status, 'aborted')
    assert.equal((await run(kernelId, 'print("third")')).stdout, 'third\n')
    await stop(kernelId)
  })

  it('says so where the server has given what it kept to nobody, as when somebody else joins the kernel', async () => {
    const kernelId = await start()
    const { execution, marker } = await severWithin(kernelId, 'print("lost for us")')
    const server = openJupyterServer({ url: new URL(place.server.url), tokenFrom: 'T' }, () => place.server.token)
    const [id = ''] = await findServerKernels(place, kernelId)
    await writeFile(marker, '')
    await until(async () => (await stateOf(place, id)) === 'idle')
    const other = { session: randomUUID(), message: () => {}, closed: () => {}, refused: () => {} }
    {
      using _other = await openMessageSocket(server, id, other)
    }
    place.line.mend()
    const { stdout, stderr, status } = await finish(place.client, kernelId, execution)
    assert.deepEqual([stdout, status], ['begun\n', 'error'])
    assert.match(
      stderr,
      /connection to 127\.0\.0\.1:\d+ broke while this cell ran.*output may be missing.*How it ended/,
    )
    assert.equal((await run(kernelId, 'print("on")')).stdout, 'on\n')
    await stop(kernelId)
  })

  it('comes in again with a new token after its own has expired, and has lost nothing', async () => {
    const kernelId = await start()
    const { execution, marker } = await severWithin(kernelId, 'print("kept")')
    await place.client.call('kernels/environments', { tokens: { LAB_TOKEN: 'expired' } })
    await writeFile(marker, '')
    place.line.mend()
    await delay(500)
    assert.equal((await describeKernel(kernelId)).isSilent, true)
    await place.client.call('kernels/environments', { tokens: { LAB_TOKEN: place.server.token } })
    const { stdout, status } = await finish(place.client, kernelId, execution)
    assert.deepEqual([stdout, status], ['begun\nkept\n', 'ok'])
    await stop(kernelId)
  })

  it('is dead, and says why, when the server does not have it any more; a restart has another', async () => {
    const kernelId = await start()
    await run(kernelId, 'kept = 1')
    const loop = await begin(kernelId, 'while True: pass')
    await place.server.kill9()
    await place.server.start()
    assert.equal((await finish(place.client, kernelId, loop)).status, 'lost')
    assert.match((await describeKernel(kernelId)).reason ?? '', /does not have it any more/)
    await place.client.call('kernels/restart', { kernelId })
    assert.equal((await run(kernelId, 'print("new")')).stdout, 'new\n')
    await stop(kernelId)
    assert.deepEqual(await place.server.kernels(), [])
  })

  it('has one session there, whoever began to start it, and none when it is stopped or has another', async () => {
    const listSessions = async () => (await ask(place, 'api/sessions')).map((each) => String(each['path'])).toSorted()
    const kernelIds = await Promise.all([start(), start(), start()])
    for (const kernelId of kernelIds) assert.equal((await run(kernelId, 'print(1)')).stdout, '1\n')
    const paths = kernelIds.map((kernelId) => `runwright-${kernelId}`).toSorted()
    assert.deepEqual(await listSessions(), paths)
    const [first] = kernelIds
    await place.client.call('kernels/restart', { kernelId: first })
    assert.equal((await run(first, 'print(2)')).stdout, '2\n')
    assert.deepEqual(await listSessions(), paths)
    await Promise.all(kernelIds.map(stop))
    assert.deepEqual(await listSessions(), [])
  })

  it('keeps what lets one in out of command lines', async () => {
    const kernelId = await start()
    await run(kernelId, '1')
    const relay: unknown = JSON.parse(await readFile(join(place.dataFolder, 'kernels', kernelId, 'relay.json'), 'utf8'))
    assert(isRecord(relay))
    const words = await readFile(`/proc/${String(relay['pid'])}/cmdline`, 'utf8')
    assert.match(words, /main\.ts/)
    assert.equal(words.includes(place.server.token), false)
    await stop(kernelId)
  })

  it('takes a password in place of a token, and headers that a proxy asks for', async () => {
    await using proxy = await openHeaderProxy(Number(new URL(place.server.url).port), 'x-lab-key: key5ecret')
    const url = `http://127.0.0.1:${proxy.port}/base/`
    await describeTargets(place, {
      page: { url: place.server.url, passwordFrom: 'LAB_PASSWORD' },
      behind: { url, tokenFrom: 'LAB_TOKEN', headersFrom: { 'X-Lab-Key': 'LAB_KEY' } },
    })
    const tokens = { LAB_PASSWORD: password, LAB_KEY: 'key5ecret' }
    for (const name of ['page', 'behind']) {
      const kernelId = newKernelId()
      await place.client.call('kernels/start', { kernelId, environmentId: `jupyter:${name}`, tokens })
      assert.equal((await run(kernelId, 'print("in")')).stdout, 'in\n')
      await stop(kernelId)
    }
    const wrong = { kernelId: newKernelId(), environmentId: 'jupyter:page', tokens: { LAB_PASSWORD: 'wr0ng' } }
    await assert.rejects(place.client.call('kernels/start', wrong), /does not accept the password in LAB_PASSWORD/)
    const secrets = [place.server.token, password, 'key5ecret', 'wr0ng']
    const kept = await readTree(place.dataFolder)
    assert.deepEqual(
      secrets.filter((secret) => kept.includes(secret)),
      [],
    )
  })

  it('that cannot be started says what to do', async () => {
    await using tls = await openTlsProxy(Number(new URL(place.server.url).port))
    await describeTargets(place, {
      lab: { url: place.server.url, tokenFrom: 'LAB_TOKEN' },
      page: { url: `${place.server.url}lab/`, tokenFrom: 'LAB_TOKEN' },
      nobody: { url: 'http://127.0.0.1:1/', tokenFrom: 'LAB_TOKEN' },
      signed: { url: `https://127.0.0.1:${tls.port}/base/`, tokenFrom: 'LAB_TOKEN' },
      expired: { url: place.server.url, tokenFrom: 'OLD_TOKEN' },
      unset: { url: place.server.url, tokenFrom: 'NO_TOKEN' },
    })
    const cases: [environmentId: string, message: RegExp, hint: RegExp][] = [
      ['jupyter:page', /answers 404, as no Jupyter Server does/, /without \/lab/],
      ['jupyter:nobody', /cannot be reached/, /Jupyter Server runs/],
      ['jupyter:signed', /certificate of .* is not trusted/, /NODE_EXTRA_CA_CERTS/],
      ['jupyter:expired', /does not accept the token in OLD_TOKEN/, /has expired/],
      ['jupyter:unset', /NO_TOKEN is not set/, /Set NO_TOKEN/],
      ['jupyter:nowhere', /"nowhere" is no target/, /kind: jupyter/],
      ['jupyter:lab/moon', /"lab" has no kernel "moon"/, /It has: .*python3/],
    ]
    for (const [environmentId, message, hint] of cases) {
      const asked = { kernelId: newKernelId(), environmentId, tokens: { OLD_TOKEN: 'expired' } }
      const error: unknown = await place.client.call('kernels/start', asked).catch((thrown: unknown) => thrown)
      assert(error instanceof Error && 'hint' in error, environmentId)
      assert.match(error.message, message)
      assert.match(String(error.hint), hint)
    }
  })

  it('whose interpreter is missing or whose environment is broken is dead and says so', async () => {
    await describeTargets(place, { lab: { url: place.server.url, tokenFrom: 'LAB_TOKEN' } })
    const broken = {
      missing: ['/nowhere/python', '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
      failing: ['python3', '-c', 'raise SystemExit("No module named ipykernel")', '{connection_file}'],
    }
    for (const [name, argv] of Object.entries(broken)) {
      const folder = join(place.server.folder, 'data/kernels', name)
      await mkdir(folder, { recursive: true })
      const spec = { argv, display_name: name, language: 'python' }
      await writeFile(join(folder, 'kernel.json'), JSON.stringify(spec))
    }
    const reasons = {
      missing: /cannot start its kernel "missing": .*nowhere/,
      failing: /ended as it was started.*ipykernel/,
    }
    for (const [name, reason] of Object.entries(reasons)) {
      const kernelId = await start(`jupyter:lab/${name}`)
      await until(async () => (await describeKernel(kernelId)).status === 'dead', 120_000)
      assert.match((await describeKernel(kernelId)).reason ?? '', reason)
      await stop(kernelId)
    }
  })
})

async function describeTargets({ workspace }: JupyterPlace, targets: Readonly<Record<string, object>>): Promise<void> {
  const own = Object.entries(targets).map(([name, settings]) => [name, { kind: 'jupyter', ...settings }])
  await writeFile(join(workspace, 'runwright.yaml'), JSON.stringify({ targets: Object.fromEntries(own) }))
}

async function ask({ server }: JupyterPlace, path: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(new URL(path, server.url), { headers: { authorization: `token ${server.token}` } })
  const answer: unknown = await response.json()
  return Array.isArray(answer) ? answer.filter(isRecord) : []
}

async function findServerKernels(own: JupyterPlace, kernelId: KernelId): Promise<string[]> {
  const sessions = await ask(own, 'api/sessions')
  return sessions
    .filter(({ path }) => path === `runwright-${kernelId}`)
    .map(({ kernel }) => (isRecord(kernel) ? String(kernel['id']) : ''))
}

async function stateOf(own: JupyterPlace, id: string): Promise<unknown> {
  return (await ask(own, 'api/kernels')).find((each) => each['id'] === id)?.['execution_state']
}

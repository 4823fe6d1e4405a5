import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { JobSpec } from '../../src/protocol/jobs.ts'
import type { Attempt, ComputeTarget, JobHandle } from '../../src/compute/target.ts'
import { openSshTarget } from '../../src/compute/targets/ssh.ts'
import { openSshd, whyNoSshd } from '../servers/sshd.ts'
import type { SshServer } from '../servers/sshd.ts'
import { checkOutputOver, createAttempt, end, printed, readAll, until } from './attempts.ts'
import { computeTargetContract } from './compute-target.ts'
import { listCommandLines, readTree } from './processes.ts'

const openTarget = (server: SshServer, trackingUrl: string) =>
  openSshTarget(
    { host: 'target', configFile: server.configFile },
    {
      env: { ...process.env, XDG_RUNTIME_DIR: server.folder },
      trackingUrl,
      workspace: server.folder,
      name: 'far',
      placeCode: () => Promise.resolve({ directory: 'code' }),
    },
  )

computeTargetContract(
  'ssh',
  async () => {
    const server = await openSshd()
    return {
      workspace: server.home,
      limitsMemory: true,
      // All lines of a workspace go to one tracking server, and nobody needs it here.
      open: () => openTarget(server, 'http://127.0.0.1:1'),
      readFiles: () => readTree(server.folder),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  whyNoSshd,
)

describe('jobs over ssh', { skip: whyNoSshd }, () => {
  let server: SshServer
  let target: ComputeTarget
  let tracking: Server
  const seen: string[] = []
  const open = () => openTarget(server, `http://127.0.0.1:${portOf(tracking)}`)
  before(async () => {
    server = await openSshd()
    tracking = createServer((request, response) => {
      seen.push(request.url ?? '')
      response.end('ok')
    }).listen(0, '127.0.0.1')
    await once(tracking, 'listening')
    target = await open()
  })
  after(async () => {
    await target[Symbol.asyncDispose]()
    tracking.close()
    await server[Symbol.asyncDispose]()
  })
  const shell = (script: string, more: Partial<Attempt> = {}) => createAttempt(script, server.home, more)

  it('reach the tracking server of this machine at an address of their own loopback', async () => {
    const script = `python3 -c "import os,urllib.request as u; u.urlopen(os.environ['MLFLOW_TRACKING_URI'] + '/hello')"`
    const uri = `http://localhost:${portOf(tracking)}/sub`
    const handle = await target.submit(shell(script, { env: { MLFLOW_TRACKING_URI: uri } }))
    const { exit } = await end(target, handle)

    assert.deepEqual([exit.exitCode, exit.cause], [0, 'exited'], await readAll(target, handle))
    assert.deepEqual(seen, ['/sub/hello'])
  })

  it('go on over a cut of the connection, are told of again, and none of their output is lost or doubled', async () => {
    const news: (JobHandle | undefined)[] = []
    using _watching = target.watch((handle) => news.push(handle))
    await checkOutputOver(target, server.home, {
      begin: () => server.kill9(),
      async end() {
        await delay(500)
        news.length = 0
        await server.start()
      },
    })
    // Of what happened meanwhile, and of what comes.
    await until(() => news.includes(undefined))
    const next = await target.submit(shell('echo next'))
    await until(() => news.includes(next))
  })

  it('keep their address of the tracking server over a cut, and over another engine', async () => {
    seen.length = 0
    const script = `python3 -c "
import os,time,urllib.request as u
for i in range(60):
    try:
        u.urlopen(os.environ['URI'] + '/' + str(i), timeout=1); print('ok', flush=True)
    except Exception as e: print('no', flush=True)
    time.sleep(0.1)"`
    const handle = await target.submit(shell(script, { env: { URI: `http://127.0.0.1:${portOf(tracking)}` } }))
    await until(() => seen.length > 3)
    await server.kill9()
    await server.start()
    const count = seen.length
    await until(() => seen.length > count + 3)
    await target[Symbol.asyncDispose]()
    target = await open()
    using _watching = target.watch(() => undefined)
    const later = seen.length
    await until(() => seen.length > later + 3)
    await target.cancel(handle)
    await end(target, handle)
  })

  it('have their secrets in their environment alone', async () => {
    const secret = randomBytes(12).toString('hex')
    const script = 'printf %s "$API_KEY" | wc -c; sleep 1'
    const handle = await target.submit(shell(script, { secrets: { API_KEY: secret } }))
    const commandLines = await listCommandLines()
    const { exit } = await end(target, handle)

    assert.equal(exit.exitCode, 0)
    assert.equal((await readAll(target, handle)).trim(), '24')
    assert.equal(commandLines.join('\n').includes(secret), false)
    assert.equal((await readTree(server.folder)).includes(secret), false)
  })

  it('are found by their key once they have begun, and started no second time', async () => {
    const attempt = shell('echo once')
    assert.equal(await target.find(attempt.key), undefined)
    const handle = await target.submit(attempt)
    await end(target, handle)
    assert.equal(await target.find(attempt.key), handle)

    await target.submit(attempt)
    assert.equal(await readAll(target, handle), 'once\n')
    await target.forget(handle)
    assert.deepEqual(await target.status([handle]), [{ state: 'gone' }])
    assert.equal(existsSync(join(server.home, '.runwright/jobs', attempt.key)), false)
  })

  it('whose wrapper was killed without a trace are gone', async () => {
    const attempt = shell('echo on; sleep 30')
    const handle = await target.submit(attempt)
    await printed(target, handle, 'on')
    const folder = join(server.home, '.runwright/jobs', attempt.key)
    for (const file of ['claim/owner', 'claim/parent', 'claim/group']) {
      process.kill(Number((await readFile(join(folder, file), 'utf8')).split(' ')[0]), 'SIGKILL')
    }
    await until(async () => (await target.status([handle]))[0]?.state === 'gone')
  })

  it('are refused where they could never run, and leave nothing', async () => {
    const { spec } = shell('true')
    const ask = (resources: JobSpec['resources']) => target.check({ ...spec, resources })
    await assert.rejects(ask({ nodes: 2 }), { code: 'INVALID_PARAMETER_VALUE', message: /one machine/ })
    await assert.rejects(ask({ gpus: 99 }), { code: 'INVALID_PARAMETER_VALUE', message: /asks for 99/ })
    await assert.rejects(ask({ memoryBytes: 2 ** 50 }), { message: /1048576.0 GiB/ })
    await ask({ cpus: 1 })
  })
})

function portOf(server: Server): number {
  // SAFETY: a server that listens on a port has an address of this kind.
  return (server.address() as AddressInfo).port
}

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import type { Attempt, ComputeTarget, JobHandle } from '../../src/compute/target.ts'
import { openJupyterTarget } from '../../src/compute/targets/jupyter.ts'
import { notebookWords } from '../../src/client/script-programs.ts'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { openLineToCut } from '../servers/line-to-cut.ts'
import { findTestPython } from '../servers/test-python.ts'
import { checkOutputOver, createAttempt, createSpec, end, printed, readAll, until } from './attempts.ts'
import { computeTargetContract } from './compute-target.ts'
import { readTree } from './processes.ts'

const python = findTestPython(process.env)

const openTarget = (server: TestJupyter, trackingPort: number, url = server.url) =>
  openJupyterTarget(
    { url: new URL(url), tokenFrom: 'LAB_TOKEN' },
    {
      env: process.env,
      findToken: (variable) => (variable === 'LAB_TOKEN' ? server.token : undefined),
      trackingUrl: `http://127.0.0.1:${trackingPort}`,
      connectTracking: () => connect(trackingPort, '127.0.0.1'),
      workspace: server.folder,
      name: 'lab',
      placeCode: () => Promise.resolve({ directory: 'code' }),
    },
  )

computeTargetContract('jupyter', async () => {
  const server = await openJupyter(python)
  return {
    workspace: server.home,
    limitsMemory: true,
    // Nobody needs a tracking server here.
    open: () => openTarget(server, 1),
    readFiles: () => readTree(server.folder),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
})

/** Asks the tracking server again and again as clients do; prints how each try ended. */
const asking = `python3 -c "
import os, time, urllib.request as u
for i in range(600):
    try: u.urlopen(os.environ['URI'] + '/' + str(i), timeout=5); print('ok', flush=True)
    except Exception as e: print('no', e, flush=True)
    time.sleep(0.05)"`

describe('jobs beside a Jupyter Server', () => {
  let server: TestJupyter
  let target: ComputeTarget
  let tracking: Server
  const seen: string[] = []
  const open = (url?: string) => openTarget(server, portOf(tracking), url)
  before(async () => {
    server = await openJupyter(python)
    tracking = createServer((request, response) => {
      void buffer(request).then((body) => {
        seen.push(request.url ?? '')
        response.end(request.method === 'PUT' ? createHash('sha256').update(body).digest('hex') : body)
      })
    }).listen(0, '127.0.0.1')
    await once(tracking, 'listening')
    target = await open()
  })
  after(async () => {
    await target[Symbol.asyncDispose]()
    tracking.closeAllConnections()
    tracking.close()
    await server[Symbol.asyncDispose]()
  })
  const shell = (script: string, more: Partial<Attempt> = {}) => createAttempt(script, server.home, more)
  const uri = () => `http://localhost:${portOf(tracking)}`
  const ask = () => target.submit(shell(asking, { env: { URI: uri() } }))
  const isHeard = async () => {
    const count = seen.length
    await until(() => seen.length > count + 3)
  }
  const stop = async (handle: JobHandle) => {
    await target.cancel(handle)
    await end(target, handle)
  }

  it('reach the tracking server of this machine at an address of their own loopback, and nobody else there does', async () => {
    const script = `python3 -c "
import os, urllib.request as u
from urllib.parse import urlsplit
uri = os.environ['MLFLOW_TRACKING_URI']
print(u.urlopen(uri + '/hello', b'body').read().decode())
port = ':%04X' % urlsplit(uri).port
for line in open('/proc/net/tcp').read().split('\\n')[1:] + open('/proc/net/tcp6').read().split('\\n')[1:]:
    words = line.split()
    if words and words[1].endswith(port) and words[3] == '0A': print('listens at', words[1].split(':')[0])
"`
    const handle = await target.submit(shell(script, { env: { MLFLOW_TRACKING_URI: `${uri()}/sub` } }))
    const { exit } = await end(target, handle)

    assert.deepEqual([exit.exitCode, exit.cause], [0, 'exited'], await readAll(target, handle))
    assert.deepEqual(seen, ['/sub/hello'])
    assert.equal(await readAll(target, handle), 'body\nlistens at 0100007F\n')
  })

  it('send and get megabytes by it, several at once', async () => {
    const script = `cat >work.py <<'END'
import hashlib, os, threading, urllib.request as u
data = os.urandom(5000000)
def work(i):
    put = u.Request(os.environ['URI'] + '/put', data, method='PUT')
    assert u.urlopen(put).read().decode() == hashlib.sha256(data).hexdigest()
    assert u.urlopen(os.environ['URI'] + '/post', data).read() == data
    os.write(1, b'ok\\n')
for t in [threading.Thread(target=work, args=(i,)) for i in range(4)]: t.start()
END
python3 -u work.py`
    const handle = await target.submit(shell(script, { env: { URI: uri() } }))
    await end(target, handle)
    assert.equal(await readAll(target, handle), 'ok\n'.repeat(4))
  })

  it('go on over the death of the server and its kernels, are told of again, and none of their output is lost or doubled', async () => {
    const news: (JobHandle | undefined)[] = []
    using _watching = target.watch((handle) => news.push(handle))
    await checkOutputOver(target, server.home, {
      begin: () => server.kill9(),
      async end() {
        news.length = 0
        await server.start()
      },
    })
    await until(() => news.includes(undefined))
  })

  it('end with their record while the server is down', async () => {
    const handle = await target.submit(shell('sleep 1; echo done; exit 3'))
    await server.kill9()
    await until(async () => {
      const record = join(server.home, '.runwright/jobs', handle, 'exit.json')
      return (await readFile(record, 'utf8').catch(() => '')).includes('"exitCode":3')
    })
    await server.start()
    assert.equal((await end(target, handle)).exit.exitCode, 3)
    assert.equal(await readAll(target, handle), 'done\n')
  })

  it('keep their address of the tracking server when the kernel or the server is killed, and for another engine', async () => {
    const handle = await ask()
    await isHeard()
    for (const pid of await server.kernelPids()) process.kill(pid, 'SIGKILL')
    await isHeard()
    await server.kill9()
    await server.start()
    await isHeard()
    await target[Symbol.asyncDispose]()
    target = await open()
    using _watching = target.watch(() => undefined)
    await isHeard()
    await stop(handle)
  })

  it('log on after the connection was cut', async () => {
    await using line = await openLineToCut(Number(new URL(server.url).port))
    await target[Symbol.asyncDispose]()
    target = await open(`http://127.0.0.1:${line.port}/base/`)
    const handle = await ask()
    for (let cuts = 0; cuts < 3; cuts++) {
      await isHeard()
      line.cut()
    }
    await isHeard()
    await stop(handle)
    await target[Symbol.asyncDispose]()
    target = await open()
  })

  it('may be notebooks, which run from top to bottom', async () => {
    const cells = ['x = 20', 'import os; print(x + 1, os.environ["WORD"])', 'open("made.txt", "w").write(str(x))']
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
      cells: cells.map((source, index) => {
        return { cell_type: 'code', id: `c${index}`, source, metadata: {}, outputs: [], execution_count: null }
      }),
    }
    await writeFile(join(server.home, 'code/work.ipynb'), JSON.stringify(notebook))
    const spec = createSpec(['python3', '-m', ...notebookWords('work.ipynb')])
    const handle = await target.submit({ ...shell('', { env: { WORD: 'word' } }), spec })
    const { exit } = await end(target, handle)
    assert.equal(exit.exitCode, 0, await readAll(target, handle))
    assert.equal(await readFile(join(server.home, 'code/made.txt'), 'utf8'), '20')
    assert.match(await readFile(join(server.home, 'code/work.executed.ipynb'), 'utf8'), /21 word/)
  })

  it('leave no kernel behind when nobody follows them, and go on', async () => {
    const handle = await target.submit(shell('echo on; sleep 1; echo done'))
    await printed(target, handle, 'on')
    await target[Symbol.asyncDispose]()
    assert.deepEqual(await server.kernels(), [])
    target = await open()
    assert.equal((await end(target, handle)).exit.exitCode, 0)
    assert.equal(await readAll(target, handle), 'on\ndone\n')
  })

  it('have their secrets in no file, and the token of the server in none of theirs', async () => {
    const secret = randomBytes(12).toString('hex')
    const handle = await target.submit(shell('printf %s "$API_KEY" | wc -c', { secrets: { API_KEY: secret } }))
    await end(target, handle)
    assert.equal((await readAll(target, handle)).trim(), '24')
    assert.equal((await readTree(server.folder)).includes(secret), false)
    // The server itself keeps its token where its user alone can read it.
    assert.equal((await readTree(server.home)).includes(server.token), false)
  })
})

function portOf(server: Server): number {
  // SAFETY: a server that listens on a port has an address of this kind.
  return (server.address() as AddressInfo).port
}

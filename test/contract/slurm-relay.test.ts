import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openSlurm, whyNoSlurm } from '../servers/slurm.ts'
import { createAttempt, end, readAll, until } from './attempts.ts'
import { openCluster } from './open-cluster.ts'
import { listCommandLines } from './processes.ts'

/** Sends a megabyte four times at once, and says when it has all of it back. */
const program = `
import os, sys, threading, urllib.request
url = os.environ["MLFLOW_TRACKING_URI"]
body = os.urandom(1 << 20)
def send(number):
    same = urllib.request.urlopen(urllib.request.Request(f"{url}/echo/{number}", body), timeout=60).read() == body
    print("same" if same else "other", flush=True)
threads = [threading.Thread(target=send, args=(i,)) for i in range(4)]
for each in threads: each.start()
for each in threads: each.join()
print(url, flush=True)`

describe('a job on a node of Slurm that is another machine', { skip: whyNoSlurm }, () => {
  it('reaches the tracking server over Slurm, at a port of its own loopback, and by another engine too', async () => {
    await using server = await openSlurm({ hasOwnHosts: true })
    const folder = await mkdtemp(join(tmpdir(), 'rw-relay-'))
    after(() => rm(folder, { recursive: true, force: true }))
    const seen: string[] = []
    const tracking = createServer((request, response) => {
      seen.push(request.url ?? '')
      request.pipe(response)
    }).listen(0, '127.0.0.1')
    after(() => tracking.close())
    await once(tracking, 'listening')
    // SAFETY: a server that listens on a port has an address of this kind.
    const { port } = tracking.address() as AddressInfo
    const open = () => openCluster(server, folder, {}, { trackingUrl: `http://127.0.0.1:${port}` })
    const script = `uname -n; python3 -c '${program}'; until [ -e go ]; do sleep 0.1; done; python3 -c '${program}'`
    const attempt = createAttempt(script, folder, { env: { MLFLOW_TRACKING_URI: `http://localhost:${port}/sub` } })
    const target = await open()
    const handle = await target.submit(attempt)
    // As the engine does, which asks again and again how its jobs are.
    await until(async () => {
      await target.status([handle])
      return (await readAll(target, handle)).includes('http://')
    })
    const first = await readAll(target, handle)
    assert.match(first, /^n1\n(same\n){4}http:\/\/127\.0\.0\.1:\d+\/sub\n$/)
    assert.equal(first.includes(`:${port}/`), false, 'it has a port of its own')
    await target[Symbol.asyncDispose]()

    await using next = await open()
    await next.status([handle])
    await writeFile(join(folder, 'go'), '')
    const { exit } = await end(next, handle)
    assert.equal(exit.exitCode, 0)
    assert.equal((await readAll(next, handle)).match(/same/g)?.length, 8)
    assert.deepEqual(
      seen.toSorted(),
      [0, 0, 1, 1, 2, 2, 3, 3].map((number) => `/sub/echo/${number}`),
    )
    // Nothing of the relay outlives its job.
    await until(async () => !(await listCommandLines()).some((line) => line.includes(`${folder}/jobs`)))
  })
})

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { promisify } from 'node:util'
import { relayText } from './relay-text.ts'

it('a relay carries many connections at once, each of them whole, and ends with its job', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rw-relay-'))
  after(() => rm(folder, { recursive: true, force: true }))
  // In place of Slurm's: it runs the step here.
  await mkdir(join(folder, 'bin'))
  await writeFile(join(folder, 'bin/srun'), '#!/bin/sh\nwhile [ "$1" != python3 ]; do shift; done\nexec "$@"\n')
  await chmod(join(folder, 'bin/srun'), 0o755)
  await writeFile(join(folder, 'relay.py'), relayText())
  await writeFile(join(folder, 'ids'), '12\n')
  await mkdir(join(folder, 'links'))
  const server = createServer((request, response) => request.pipe(response)).listen(0, '127.0.0.1')
  after(() => server.close())
  await once(server, 'listening')
  // SAFETY: a server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo

  const job = spawn('sleep', ['100'])
  after(() => job.kill())
  const words = ['relay.py', 'listen', 'links', 'relay', String(job.pid)]
  const { stdout } = await promisify(execFile)('python3', words, { cwd: folder })
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` }
  const early = fetch(`http://127.0.0.1:${stdout.trim()}/`, { method: 'POST', body: 'early' })
  const connecting = spawn('python3', ['relay.py', 'connect', String(port), 'relay', 'ids'], { cwd: folder, env })
  const ended = once(connecting, 'exit')
  assert.equal(await (await early).text(), 'early', 'it waits for the other end')

  const send = async (index: number) => {
    const body = Buffer.alloc(1 << 20, index)
    const response = await fetch(`http://127.0.0.1:${stdout.trim()}/`, { method: 'POST', body })
    assert(Buffer.from(await response.arrayBuffer()).equals(body), `the bytes of connection ${index}`)
  }
  await Promise.all(Array.from({ length: 16 }, (_, index) => send(index)))
  job.kill()
  await ended
})

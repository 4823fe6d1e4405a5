import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openEndlessServer } from '../../test/servers/endless-server.ts'
import { until } from '../../test/until.ts'
import { isRecord } from '../protocol/json.ts'
import { expectStatus, readText, sendRequest } from './web.ts'

/** Paths of the files that this process has open. */
async function listOpen(): Promise<readonly string[]> {
  const numbers = await readdir('/proc/self/fd')
  return Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')))
}

const skip = process.platform === 'linux' ? false : 'it asks /proc'

describe('a request with a file as its body', { skip }, () => {
  it('lets go of the file when it is refused before all was sent, and when nobody answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rw-web-'))
    // It reads no further than to the answer, and keeps the line.
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined))
      socket.once('data', () => {
        socket.pause()
        socket.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno')
      })
    })
    const sockets: Socket[] = []
    // What nobody lets go of Node closes with a warning, once it collects garbage.
    const warnings: Error[] = []
    const note = (warning: Error) => void warnings.push(warning)
    process.on('warning', note)
    try {
      const path = join(folder, 'large')
      const sizeBytes = 64 << 20
      await writeFile(path, '')
      await truncate(path, sizeBytes)
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const address = server.address()
      assert.ok(isRecord(address))
      const url = new URL(`http://127.0.0.1:${String(address['port'])}/`)
      const send = async (controller = new AbortController(), onBytes = () => {}) => {
        const body = { path, sizeBytes, start: 0, length: sizeBytes, onBytes }
        const { signal } = controller
        return expectStatus(await sendRequest({ method: 'PUT', url, body, signal, idleMs: 60_000 }), 'it', [201])
      }
      const isLetGo = async () => !(await listOpen()).includes(path)
      await assert.rejects(send(), { code: 'PERMISSION_DENIED' })
      await until(isLetGo)
      const controller = new AbortController()
      await assert.rejects(
        send(controller, () => controller.abort()),
        { code: 'CANCELLED' },
      )
      await until(isLetGo)
      for (const socket of sockets) socket.destroy()
      server.close()
      await assert.rejects(send(), { code: 'TEMPORARILY_UNAVAILABLE' })
      await until(isLetGo)
      assert.deepEqual(warnings, [])
    } finally {
      process.off('warning', note)
      for (const socket of sockets) socket.destroy()
      server.close()
      await rm(folder, { recursive: true })
    }
  })
})

describe('an answer that is to be short', () => {
  for (const status of [200, 500]) {
    it(`is given up where it unpacks without an end, with status ${status}`, async () => {
      // A gzip may follow on another.
      const packed = gzipSync(Buffer.alloc(100 << 20, ' '))
      await using server = await openEndlessServer(packed, status, { 'content-encoding': 'gzip' })
      const { signal } = new AbortController()
      const answer = await sendRequest({ method: 'GET', url: new URL(server.url), signal, idleMs: 60_000 })
      const refused =
        status === 200 ? { code: 'INVALID_STATE', message: /without an end/ } : { code: 'TEMPORARILY_UNAVAILABLE' }
      await assert.rejects(expectStatus(answer, 'a list', [200]).then(readText), refused)
      await until(server.isLetGo)
      const { maxRSS } = process.resourceUsage()
      assert.ok(maxRSS < 600 << 10, `${maxRSS} KiB of memory were in use at a time`)
    })
  }
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open, rm, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { streamFile } from '../tracking/artifact-file.ts'
import { sendStream } from './send-stream.ts'

const content = Buffer.alloc(9 * 1024 * 1024 + 77)
for (let at = 0; at < content.length; at += 4)
  content.writeUInt32LE((at * 2654435761) >>> 0, Math.min(at, content.length - 4))

/** A server that answers each request with what `openBytes` gives, and what became of each answer. */
async function serve(openBytes: () => Promise<ReadableStream<Uint8Array>>) {
  const outcomes: Promise<unknown>[] = []
  const server = createServer((_, response) => {
    const sending = openBytes().then((bytes) => sendStream(response, bytes))
    outcomes.push(
      sending.then(
        () => 'sent',
        (error: unknown) => {
          response.destroy()
          return error
        },
      ),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    outcomes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function openContent() {
  const path = join(tmpdir(), `runwright-send-${process.pid}-${Math.random()}`)
  await writeFile(path, content)
  const file = await open(path)
  await rm(path)
  return file
}

async function get(url: string) {
  const asked = request(url)
  asked.end()
  const [response] = await once(asked, 'response')
  return response as import('node:http').IncomingMessage
}

describe('a stream that is sent', () => {
  it('comes whole, and part of it, however slowly the client reads', async () => {
    for (const [start, end] of [
      [0, content.length],
      [1_048_575, 5_000_001],
      [3, 3],
    ] as const) {
      const file = await openContent()
      await using server = await serve(async () => streamFile(file, start, end))
      const pieces: Buffer[] = []
      for await (const piece of await get(server.url)) {
        pieces.push(piece)
        if (pieces.length % 40 === 0) await delay(5)
      }
      assert.ok(Buffer.concat(pieces).equals(content.subarray(start, end)))
      assert.deepEqual(await Promise.all(server.outcomes), ['sent'])
      assert.equal(file.fd, -1)
    }
  })

  it('comes to many clients at once', async () => {
    await using server = await serve(async () => streamFile(await openContent(), 0, content.length))
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => Buffer.from(await (await fetch(server.url)).arrayBuffer())),
    )
    assert.ok(answers.every((answer) => answer.equals(content)))
  })

  it('is given up, and its file closed, when the client goes away', async () => {
    const file = await openContent()
    await using server = await serve(async () => streamFile(file, 0, content.length))
    const response = await get(server.url)
    await once(response, 'readable')
    response.destroy()
    const [outcome] = await Promise.all(server.outcomes)
    assert.ok(outcome instanceof Error, String(outcome))
    assert.equal(file.fd, -1)
  })

  it('that fills no memory it is given comes whole, too', async () => {
    await using server = await serve(async () => new Blob([content]).stream().pipeThrough(new TransformStream()))
    assert.ok(Buffer.from(await (await fetch(server.url)).arrayBuffer()).equals(content))
    assert.deepEqual(await Promise.all(server.outcomes), ['sent'])
  })

  it('is cut off when it cannot be read any more', async () => {
    const file = await openContent()
    await using server = await serve(async () => streamFile(file, 0, content.length + 1))
    const response = await get(server.url)
    await assert.rejects(response.toArray())
    assert.match(String((await Promise.all(server.outcomes))[0]), /became shorter/)
    assert.equal(file.fd, -1)
  })
})

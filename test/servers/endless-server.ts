import { once } from 'node:events'
import { createServer } from 'node:http'
import { isRecord } from '../../src/protocol/json.ts'

export interface EndlessServer extends AsyncDisposable {
  readonly url: string
  /** Whether a client has let go of its answer. */
  isLetGo(): boolean
}

/** Answers whatever it is asked with the same bytes again and again, as long as somebody listens. */
export async function openEndlessServer(
  piece: Uint8Array,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<EndlessServer> {
  let isLetGo = false
  const server = createServer((_, response) => {
    response.writeHead(status, headers)
    const write = () => {
      while (!response.destroyed && response.write(piece));
    }
    response.on('drain', write).on('close', () => (isLetGo = true))
    write()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (!isRecord(address)) throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${String(address['port'])}/`,
    isLetGo: () => isLetGo,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

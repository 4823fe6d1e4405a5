import type { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import { explainConnectionFailure, explainStatus, notJupyter, type ServerNames } from './server-errors.ts'

/** The REST API of a Jupyter Server, and the way to its WebSockets. */
export interface JupyterServer {
  /** Host and port, as errors name it. */
  readonly name: string
  /**
   * @param path below the server's address, as `api/kernels`
   * @returns the answer's JSON; undefined where it has no body
   * @throws TEMPORARILY_UNAVAILABLE, INVALID_STATE for people
   */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>
  openSocket(path: string): WebSocket
  /** What the failure of a connection means. */
  explain(cause: unknown): RunwrightError
}

export interface JupyterAddress {
  /** With a slash at the end. */
  readonly url: URL
  readonly tokenFrom: string
}

/** A kernel of a slow machine takes its time to start. */
const askMs = { GET: 15_000, POST: 60_000, DELETE: 15_000 }

/** @param readToken is asked before each request; what it answers goes into a header and nowhere else */
export function openJupyterServer({ url, tokenFrom }: JupyterAddress, readToken: () => string): JupyterServer {
  const names: ServerNames = { name: url.host, tokenFrom }
  const authorize = () => ({ authorization: `token ${readToken()}` })

  return {
    name: url.host,
    async ask(method, path, body) {
      const response = await fetch(new URL(path, url), {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: { ...authorize(), 'content-type': 'application/json' },
        // A login page is no answer, and a token is for this server alone.
        redirect: 'manual',
        signal: AbortSignal.timeout(askMs[method]),
      }).catch((error: unknown) => {
        throw explainConnectionFailure(names, error)
      })
      if (response.status === 204) return undefined
      const text = await response.text().catch((error: unknown) => {
        throw explainConnectionFailure(names, error)
      })
      const answer = parseJson(text)
      if (!response.ok) throw explainStatus(names, response.status, findMessage(answer))
      if (answer === undefined) throw notJupyter(url.host, 'answers with a page')
      return answer
    },
    openSocket(path) {
      const address = new URL(path, url)
      address.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
      return new WebSocket(address, { headers: authorize() })
    },
    explain: (cause) => explainConnectionFailure(names, cause),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function findMessage(answer: unknown): string {
  const said = isRecord(answer) && typeof answer['message'] === 'string' ? answer['message'] : ''
  return said.replace(/\.$/, '')
}

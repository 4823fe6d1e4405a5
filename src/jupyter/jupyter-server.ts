import type { WebSocket } from 'ws'
import type { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import type { JupyterAddress } from './server-address.ts'
import { explainConnectionFailure, explainStatus, notJupyter, type ServerNames } from './server-errors.ts'
import { createServerLogin, nameSecrets } from './server-login.ts'

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
  /** One that connects. @param protocols one of which the server has to speak. @throws what lets nobody in */
  openSocket(path: string, protocols: readonly string[]): Promise<WebSocket>
  /** What the failure of a connection means. */
  explain(cause: unknown): RunwrightError
}

/** Output comes in one piece. What is larger than a text can be ends the connection. */
const maxFrameBytes = 512 * 1024 ** 2

/** A kernel of a slow machine takes its time to start. */
const askMs = { GET: 15_000, POST: 60_000, DELETE: 15_000 }

/** @param readSecret the value of a variable, asked before each request; it goes where it lets one in and nowhere else */
export function openJupyterServer(address: JupyterAddress, readSecret: (variable: string) => string): JupyterServer {
  const { url } = address
  const names: ServerNames = { name: url.host, secretsFrom: nameSecrets(address) }
  const fail = (error: unknown) => {
    throw explainConnectionFailure(names, error)
  }
  const login = createServerLogin(address, readSecret, (...asked) => fetch(...asked).catch(fail))

  async function request(method: keyof typeof askMs, path: string, body: object | undefined): Promise<Response> {
    const shown = await login.headers()
    return fetch(new URL(path, url), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...shown, 'content-type': 'application/json' },
      // A login page is no answer, and a token is for this server alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(askMs[method]),
    }).catch(fail)
  }

  return {
    name: url.host,
    async ask(method, path, body) {
      let response = await request(method, path, body)
      if (isRefusal(response) && login.renew()) response = await request(method, path, body)
      if (response.status === 204) return undefined
      const text = await response.text().catch(fail)
      const answer = parseJson(text)
      if (!response.ok) throw explainStatus(names, response.status, findMessage(answer))
      if (answer === undefined) throw notJupyter(url.host, 'answers with a page')
      return answer
    },
    async openSocket(path, protocols) {
      const target = new URL(path, url)
      target.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
      const { WebSocket } = await import('ws')
      return new WebSocket(target, [...protocols], {
        headers: { ...(await login.headers()) },
        handshakeTimeout: askMs.GET,
        maxPayload: maxFrameBytes,
      })
    },
    explain: (cause) => explainConnectionFailure(names, cause),
  }
}

/** A cookie that has expired: the server shows its login page, or refuses. */
function isRefusal({ status }: Response): boolean {
  return status === 302 || status === 401 || status === 403
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

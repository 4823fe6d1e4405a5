import { parseErrorBody, RunwrightError } from '../protocol/errors.ts'

/** How an MLflow server is asked who the caller is: behind a token proxy, or by its own basic-auth app. */
export type MlflowCredentials =
  | { readonly token: string }
  | {
      readonly username: string
      readonly password: string
    }

/** Requests to one MLflow server. Every one settles: with an answer or a `RunwrightError`. */
export interface MlflowHttp {
  /** The server's address without credentials and without a slash at the end. */
  readonly url: string
  get(
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    signal?: AbortSignal,
  ): Promise<unknown>
  post(path: string, body: object, signal?: AbortSignal): Promise<unknown>
  /** A GET whose answer is bytes. */
  open(path: string, query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>
  put(path: string, body: ReadableStream<Uint8Array> | Uint8Array, signal?: AbortSignal): Promise<void>
}

/** Milliseconds until the answer's head, or all of a JSON answer, must be there; a search may take a server long. */
const answerTimeoutMs = 60_000

const maxRedirects = 5

/**
 * @param url http or https, possibly with a path below which the server lives, or with `user:password@`
 * @param closed ends all requests under way
 * @throws INVALID_PARAMETER_VALUE when the URL is none
 */
export function createMlflowHttp(options: {
  readonly url: string
  readonly credentials?: MlflowCredentials
  readonly fetch: typeof fetch
  readonly closed: AbortSignal
}): MlflowHttp {
  const { base, credentials = options.credentials } = parseServerUrl(options.url)
  const authorization = credentials === undefined ? undefined : writeAuthorization(credentials)

  async function attempt(target: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (authorization !== undefined) headers.set('authorization', authorization)
    return options.fetch(target, { ...init, headers, redirect: 'manual' })
  }

  /** Redirects are followed here and not by `fetch`, so that nothing the caller logs in with goes elsewhere. */
  async function follow(first: URL, init: RequestInit): Promise<Response> {
    let target = first
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const response = await attempt(target, init)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 399 || location === null) return response
      await response.body?.cancel()
      const next = new URL(location, target)
      checkRedirect({ from: target, to: next, status: response.status, init, loggedIn: authorization !== undefined })
      target = next
    }
    throw new RunwrightError('ENGINE_UNREACHABLE', `The MLflow server at ${base} redirects in circles.`, {
      hint: 'Check the address and the proxy in front of the server.',
    })
  }

  /** Does one request and hands its answer to `use`, all within the time limit and until the caller gives up. */
  async function request<T>(
    path: string,
    { query = {}, signal, ...init }: RequestInit & { query?: Parameters<MlflowHttp['get']>[1] },
    use: (response: Response) => Promise<T>,
  ): Promise<T> {
    const target = new URL(base + path)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.append(name, String(value))
    }
    const slow = new AbortController()
    const timer = setTimeout(() => slow.abort(), answerTimeoutMs)
    const signals = [options.closed, slow.signal, ...(signal ? [signal] : [])]
    try {
      const response = await follow(target, { ...init, signal: AbortSignal.any(signals) })
      if (!response.ok) throw await parseFailure(response, base)
      return await use(response)
    } catch (error) {
      if (options.closed.aborted || signal?.aborted === true) {
        throw new RunwrightError('CANCELLED', `The request to ${base} was given up.`, { cause: error })
      }
      throw slow.signal.aborted ? unanswered(base, error) : explainFailure(base, error)
    } finally {
      clearTimeout(timer)
    }
  }

  const withSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })

  return {
    url: base,
    get: (path, query, signal) =>
      request(path, { query, ...withSignal(signal) }, (response) => readJson(response, base)),
    post: (path, body, signal) =>
      request(
        path,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          ...withSignal(signal),
        },
        (response) => readJson(response, base),
      ),
    open: (path, query, signal) =>
      request(path, { query, ...withSignal(signal) }, async ({ body }) => explainingFailures(body, base)),
    put: (path, body, signal) => {
      // SAFETY: `duplex` is what Node's fetch asks for with a stream as body; the DOM's types do not know it.
      const init = { method: 'PUT', body, duplex: 'half', ...withSignal(signal) } as RequestInit
      return request(path, init, async (response) => response.body?.cancel())
    },
  }
}

function parseServerUrl(text: string): { base: string; credentials?: MlflowCredentials } {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `"${text}" is not the address of an MLflow server.`, {
      hint: 'Give an address that starts with http:// or https://, for example http://127.0.0.1:5000.',
    })
  }
  const base = url.origin + url.pathname.replace(/\/+$/, '')
  if (url.username === '') return { base }
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  return { base, credentials: { username, password } }
}

function writeAuthorization(credentials: MlflowCredentials): string {
  if ('token' in credentials) return `Bearer ${credentials.token}`
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
}

function checkRedirect(redirect: { from: URL; to: URL; status: number; init: RequestInit; loggedIn: boolean }): void {
  const { from, to, status, init, loggedIn } = redirect
  const refuse = (why: string) =>
    new RunwrightError('ENGINE_UNREACHABLE', `${from.origin} redirects to ${to.origin}${to.pathname}, and ${why}.`, {
      hint: `If you trust ${to.origin}, use its address instead.`,
    })
  if (!/^https?:$/.test(to.protocol)) throw refuse('only http and https are followed')
  if (to.origin !== from.origin && loggedIn) throw refuse('credentials are not sent to another server')
  const keepsVerb = status === 307 || status === 308
  if (init.method !== undefined && !(keepsVerb && typeof init.body === 'string')) {
    throw refuse('what is being written cannot be sent twice')
  }
}

async function readJson(response: Response, base: string): Promise<unknown> {
  const text = await response.text()
  try {
    const answer: unknown = JSON.parse(text)
    return answer
  } catch (cause) {
    throw new RunwrightError('INTERNAL_ERROR', `${base} answers, but not as an MLflow server does.`, {
      hint: 'Open the address in a browser: it may be another site, or ask you to log in first.',
      cause,
    })
  }
}

async function parseFailure(response: Response, base: string): Promise<RunwrightError> {
  const text = await response.text()
  if (response.status === 401) {
    return new RunwrightError('UNAUTHENTICATED', `The MLflow server at ${base} wants to know who you are.`, {
      hint: 'Connect to it again with a token, or with a user name and password, that it knows.',
    })
  }
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    const where = new URL(response.url === '' ? base : response.url).pathname
    return new RunwrightError(
      parseErrorBody(undefined, response.status).code,
      `${base} answered ${response.status} to ${where}.`,
      { hint: 'Check that an MLflow server of version 2.0 or later lives at this address.' },
    )
  }
  return parseErrorBody(body, response.status)
}

function unanswered(base: string, cause: unknown): RunwrightError {
  const message = `The MLflow server at ${base} did not answer within ${answerTimeoutMs / 1000} s.`
  return new RunwrightError('ENGINE_UNREACHABLE', message, { hint: 'Try again when it has less to do.', cause })
}

/** What `fetch` rejects with says little; its cause says which system call failed. */
function explainFailure(base: string, error: unknown): RunwrightError {
  if (error instanceof RunwrightError) return error
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'its name cannot be looked up',
    ECONNRESET: 'the connection broke off',
    UND_ERR_SOCKET: 'the connection broke off',
    UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  }
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message : String(error))
  return new RunwrightError('ENGINE_UNREACHABLE', `The MLflow server at ${base} cannot be reached: ${reason}.`, {
    hint: 'Check the address, and that the server is running.',
    cause: error,
  })
}

/** Passes a stream on; when it breaks off, the reader gets the same error that a request would have. */
function explainingFailures(body: ReadableStream<Uint8Array> | null, base: string): ReadableStream<Uint8Array> {
  const reader = (body ?? new Blob([]).stream()).getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        controller.error(explainFailure(base, error))
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

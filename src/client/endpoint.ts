import { RunwrightError } from '../protocol/errors.ts'
import type { ConnectionError } from './http-request.ts'

/** Where an engine listens, and what lets us in. */
export interface Endpoint {
  /** Without a slash at the end, for example `http://127.0.0.1:40123`. */
  readonly url: string
  readonly token: string | undefined
}

/** Where a client gets its endpoint from, and a new one when that stops answering. */
export interface EndpointSource {
  get(signal?: AbortSignal): Promise<Endpoint>
  /** Resolves once there is something to try again. @throws ENGINE_UNREACHABLE, or why no engine can be started */
  renew(failed: Endpoint, error: ConnectionError | RunwrightError, signal?: AbortSignal): Promise<Endpoint>
}

/** A server that somebody else runs: it is there or it is not. */
export function createFixedSource(endpoint: Endpoint): EndpointSource {
  return {
    get: () => Promise.resolve(endpoint),
    renew: (_failed, error) => Promise.reject(toUnreachable(error)),
  }
}

export function toUnreachable(error: ConnectionError | RunwrightError): RunwrightError {
  if (error instanceof RunwrightError) return error
  return new RunwrightError('ENGINE_UNREACHABLE', error.message, {
    hint: 'Check that it runs, and that nothing in between refuses the connection.',
    cause: error,
  })
}

export function authorization({ token }: Endpoint): { authorization?: string } {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

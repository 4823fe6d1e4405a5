import type { Database } from '../store/database.ts'

/** How a delivery goes out: one request, without redirects, to nothing but the address that was looked at. */
export interface Transport {
  /** @throws INVALID_PARAMETER_VALUE for an address that nothing may be sent to, with the reason */
  check(url: string): Promise<void>
  /**
   * Posts JSON and reads the beginning of the answer, within half a minute.
   *
   * @throws when there is no answer
   */
  post(url: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Answer>
}

export interface Answer {
  readonly status: number
  /** Cut off where it is long. */
  readonly body: string
  /** Milliseconds for which the other side asks not to be asked again; 0 for none. */
  readonly waitMs: number
}

export interface WebhooksParts {
  readonly database: Database
  readonly transport: Transport
  /** What secrets are encrypted with, 32 bytes. */
  key(): Promise<Uint8Array>
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  randomBytes(size: number): Uint8Array
  log(level: 'info' | 'error', message: string, error?: unknown): void
}

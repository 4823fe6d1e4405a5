import { isRecord } from './json.ts'
import type { EngineFile, Hello } from './methods.ts'

/** Random bytes of the nonce a client sends with its hello; it travels as twice as many hex digits. */
export const nonceSizeBytes = 16

export const noncePattern = /^[0-9a-f]{32}$/

export function isNonce(text: string | null): text is string {
  return text !== null && noncePattern.test(text)
}

/** Hex HMAC-SHA256 over `nonce|pid|version`, keyed with the token: only who has the token can answer a fresh nonce. */
export async function helloProof(
  token: string,
  { nonce, pid, version }: { nonce: string; pid: number; version: string },
): Promise<string> {
  const text = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', text.encode(token), algorithm, false, ['sign'])
  const proof = await crypto.subtle.sign('HMAC', key, text.encode(`${nonce}|${pid}|${version}`))
  return Array.from(new Uint8Array(proof), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Undefined when it is not what an engine answers. */
export function parseHello(body: unknown): Hello | undefined {
  if (!isRecord(body)) return undefined
  const { version, protocolVersion, pid, proof } = body
  if (typeof version !== 'string' || typeof proof !== 'string') return undefined
  if (!Number.isInteger(protocolVersion) || !Number.isInteger(pid)) return undefined
  return { version, protocolVersion: Number(protocolVersion), pid: Number(pid), proof }
}

/** Undefined when the text is not what an engine writes. */
export function parseEngineFile(text: string): EngineFile | undefined {
  const body = parseJson(text)
  if (!isRecord(body)) return undefined
  const { pid, port, token, version } = body
  if (!isIntegerFrom(1, pid, 2 ** 31) || !isIntegerFrom(1, port, 65_535)) return undefined
  if (typeof token !== 'string' || !/^[0-9a-f]{64}$/.test(token) || typeof version !== 'string') return undefined
  return { pid, port, token, version }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isIntegerFrom(min: number, value: unknown, max: number): value is number {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max
}

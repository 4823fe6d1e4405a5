import { createSign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { RemoteOptions } from '../remote.ts'
import { expectStatus, readText, sendRequest } from '../../object-store/web.ts'

/** Gives a token for Google's storage; the one that it gave last until shortly before that expires. */
export type GoogleToken = (signal: AbortSignal) => Promise<string>

const scope = 'https://www.googleapis.com/auth/devstorage.read_write'
const marginMs = 60_000

/**
 * @returns how tokens are had by the key of a service account, or by what `gcloud auth application-default login` left
 * @throws PERMISSION_DENIED where there is neither
 * @see https://developers.google.com/identity/protocols/oauth2/service-account
 */
export async function openGoogleToken(
  { options, env }: Pick<RemoteOptions, 'options' | 'env'>,
  idleMs: number,
): Promise<GoogleToken> {
  const named = options.get('credentialpath') ?? env['GOOGLE_APPLICATION_CREDENTIALS']
  const path = named ?? join(env['HOME'] ?? homedir(), '.config/gcloud/application_default_credentials.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const key = text === undefined ? undefined : parseForeignJson(text)
  if (!isRecord(key)) {
    throw new RunwrightError('PERMISSION_DENIED', `There is no key for Google's storage at ${path}.`, {
      hint: '"gcloud auth application-default login" makes one, or set GOOGLE_APPLICATION_CREDENTIALS.',
    })
  }
  const field = (name: string) => (typeof key[name] === 'string' ? key[name] : '')
  let known: { readonly token: string; readonly untilMs: number } | undefined
  return async (signal) => {
    if (known !== undefined && known.untilMs > Date.now()) return known.token
    const form = field('type') === 'service_account' ? claimForm(field) : refreshForm(field)
    const url = new URL(field('token_uri') === '' ? 'https://oauth2.googleapis.com/token' : field('token_uri'))
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(form).toString()
    const answer = await expectStatus(
      await sendRequest({ method: 'POST', url, headers, body, signal, idleMs }),
      path,
      [200, 400],
    )
    const said = parseForeignJson(await readText(answer))
    if (!isRecord(said) || typeof said['access_token'] !== 'string') {
      throw new RunwrightError('PERMISSION_DENIED', `${url.host} does not take the key at ${path}.`, {
        hint: 'Was it revoked? "gcloud auth application-default login" makes a new one.',
      })
    }
    const seconds = typeof said['expires_in'] === 'number' ? said['expires_in'] : 0
    known = { token: said['access_token'], untilMs: Date.now() + seconds * 1000 - marginMs }
    return known.token
  }
}

type ReadField = (name: string) => string

function claimForm(field: ReadField): Record<string, string> {
  const seconds = Math.floor(Date.now() / 1000)
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: field('client_email'),
    scope,
    aud: field('token_uri'),
    iat: seconds,
    exp: seconds + 3600,
  }
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`
  const signature = createSign('RSA-SHA256').update(text).sign(field('private_key')).toString('base64url')
  return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${text}.${signature}` }
}

function refreshForm(field: ReadField): Record<string, string> {
  return {
    grant_type: 'refresh_token',
    client_id: field('client_id'),
    client_secret: field('client_secret'),
    refresh_token: field('refresh_token'),
  }
}

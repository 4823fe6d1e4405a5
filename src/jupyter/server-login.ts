import { RunwrightError } from '../protocol/errors.ts'
import { enteredPrefix, listSecretVariables } from '../protocol/target-secrets.ts'
import type { JupyterAddress } from './server-address.ts'

type Headers = Readonly<Record<string, string>>

/** What a server is shown with each request. */
export interface ServerLogin {
  /** @throws INVALID_STATE for a wrong password; what the reader of secrets and the connection throw */
  headers(): Promise<Headers>
  /** The server has refused what it was shown. Whether there may be something else to show it. */
  renew(): boolean
}

/** @param readSecret is asked before each request; what it answers goes into a header, or into the form of a login */
export function createServerLogin(
  address: JupyterAddress,
  readSecret: (variable: string) => string,
  ask: typeof fetch,
): ServerLogin {
  const { url, tokenFrom, passwordFrom, headersFrom = {} } = address
  let cookies: Promise<Headers> | undefined
  return {
    async headers() {
      const token = tokenFrom === undefined ? {} : { authorization: `token ${readSecret(tokenFrom)}` }
      const own = Object.entries(headersFrom).map(([name, variable]) => [name, readSecret(variable)])
      const shown: Headers = { ...token, ...Object.fromEntries(own) }
      if (passwordFrom === undefined) return shown
      cookies ??= logIn(url, readSecret(passwordFrom), passwordFrom, (target, init) =>
        ask(target, { ...init, headers: { ...shown, ...init.headers } }),
      )
      const mine = cookies
      return {
        ...shown,
        ...(await mine.catch((error: unknown) => {
          if (cookies === mine) cookies = undefined
          throw error
        })),
      }
    },
    renew() {
      const had = cookies !== undefined
      cookies = undefined
      return had
    },
  }
}

/** The variables of an address; undefined where a person has entered what they hold. */
export function nameSecrets(address: JupyterAddress): string | undefined {
  const names = listSecretVariables(address)
  return names.some(isEntered) ? undefined : names.join(' and ')
}

function isEntered(variable: string): boolean {
  return variable.startsWith(enteredPrefix)
}

/** As the form of the login page does; the server answers a password that is right with a cookie. */
async function logIn(
  url: URL,
  password: string,
  passwordFrom: string,
  ask: (target: URL, init: RequestInit & { headers?: Headers }) => Promise<Response>,
): Promise<Headers> {
  const page = new URL('login', url)
  const first = readCookies(await ask(page, { redirect: 'manual' }))
  const xsrf = first.get('_xsrf') ?? ''
  const answer = await ask(page, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ password, _xsrf: xsrf }),
    headers: { cookie: writeCookies(first) },
  })
  const all = new Map([...first, ...readCookies(answer)])
  // It goes on to another page with a cookie of the user; otherwise it shows the same page again.
  if (answer.status !== 302 || all.size <= first.size) {
    const [what, hint] = isEntered(passwordFrom)
      ? [
          'password that was entered',
          "Enter the password of this server's page. One that has none is entered with a token.",
        ]
      : [
          `password in ${passwordFrom}`,
          `Set ${passwordFrom} to the password of this server's page. One that is entered with a token alone has none: use tokenFrom.`,
        ]
    throw new RunwrightError('INVALID_STATE', `${url.host} does not accept the ${what}.`, { hint })
  }
  return { cookie: writeCookies(all), 'x-xsrftoken': all.get('_xsrf') ?? xsrf }
}

function readCookies(response: Response): Map<string, string> {
  return new Map(
    response.headers.getSetCookie().flatMap((line) => {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
      return name === '' ? [] : [[name, value] as const]
    }),
  )
}

function writeCookies(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

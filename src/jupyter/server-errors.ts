import { RunwrightError } from '../protocol/errors.ts'

/** How errors name a server, and where what lets one in comes from. */
export interface ServerNames {
  /** Host and port. */
  readonly name: string
  /** The variables that hold it; undefined where a person has entered it. */
  readonly secretsFrom: string | undefined
}

const certificateHint =
  'Name the certificate authority in NODE_EXTRA_CA_CERTS where the engine is started, or ask the administrator.'

/** Turns the failure of a connection into an error for people. @param cause as fetch or a WebSocket gives it */
export function explainConnectionFailure({ name }: ServerNames, cause: unknown): RunwrightError {
  const code = findCode(cause)
  const explain = (message: string, hint: string) =>
    new RunwrightError('TEMPORARILY_UNAVAILABLE', message, { hint, cause })
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) {
    return explain(
      `There is no address for ${name}.`,
      'Check the network, and the url of the target in runwright.yaml.',
    )
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    return explain(`The certificate of ${name} is not trusted here (${code}).`, certificateHint)
  }
  if (/^(EPROTO|ERR_SSL_\w+|HPE_\w+|UND_ERR_SOCKET)$/.test(code)) {
    return explain(`${name} does not answer as a web server.`, 'Check whether its url begins with http or with https.')
  }
  return explain(
    `${name} cannot be reached${code === '' ? '' : ` (${code})`}.`,
    'Check that the Jupyter Server runs, and that a VPN it needs is connected.',
  )
}

/** Turns an answer that is none of success into an error for people. @param said the server's own message, if any */
export function explainStatus({ name, secretsFrom }: ServerNames, status: number, said: string): RunwrightError {
  const words = said === '' ? '' : `: ${said}`
  if (status === 401 || status === 403) {
    const [what, hint] =
      secretsFrom === undefined
        ? [
            'what was entered',
            "Enter it anew: it is another server's, or has expired. `jupyter server list` shows a token on its machine, a JupyterHub gives one on its page Token, and who keeps a proxy knows its header.",
          ]
        : [
            `the token in ${secretsFrom}`,
            `Set ${secretsFrom} to a token of this server: this one is another's, or has expired. \`jupyter server list\` shows it there; a JupyterHub gives one on its page Token.`,
          ]
    return new RunwrightError('INVALID_STATE', `${name} does not accept ${what}${words}.`, { hint })
  }
  if (status === 429 || status >= 500 || status === 424) {
    return new RunwrightError('TEMPORARILY_UNAVAILABLE', `${name} answers ${status}${words}.`, {
      hint: 'It may be starting. A JupyterHub starts your server when you open its page.',
    })
  }
  return notJupyter(name, `answers ${status}`)
}

export function notJupyter(name: string, what: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `${name} ${what}, as no Jupyter Server does at this address.`, {
    hint: 'The url is the address of the page without /lab or /tree; on a JupyterHub https://HUB/user/NAME/.',
  })
}

/** The system's or TLS's word for what went wrong, however deep it lies; empty where there is none. */
function findCode(cause: unknown): string {
  if (!(cause instanceof Error)) return ''
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  if (cause instanceof AggregateError) return cause.errors.map(findCode).find((code) => code !== '') ?? ''
  return findCode(cause.cause)
}

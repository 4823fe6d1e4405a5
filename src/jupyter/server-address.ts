import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import { enteredPrefix, enteredVariable, listSecretVariables } from '../protocol/target-secrets.ts'
import { object, type Parser, refine, refuse, text } from '../protocol/parse.ts'

/** Where a server is and what lets one in: variables that hold it, never itself. At least one of them is named. */
export interface JupyterAddress {
  /** With a slash at the end. */
  readonly url: URL
  /** The variable of a token: of the server, or of a JupyterHub. */
  readonly tokenFrom?: string
  /** The variable of the password that the server's page asks for. */
  readonly passwordFrom?: string
  /** Headers by name, with the variables of their values: for a proxy that asks for them. */
  readonly headersFrom?: Readonly<Record<string, string>>
}

/** The address of a server, with a slash at its end. Whatever lets one in does not belong in the file. */
const serverUrl: Parser<URL> = refine(text, (given, path) => {
  const url = URL.parse(given)
  if (url !== null && (url.search !== '' || url.username !== '' || url.password !== '')) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The address in '${path}' holds more than an address.`, {
      hint: 'The token does not belong in the file: leave out all from "?" on, and name its variable in tokenFrom.',
    })
  }
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return refuse(given, path, 'expected an address such as https://lab.example.org/')
  }
  url.hash = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
})

/** Somebody may have written the token itself, so that it is not shown. */
const variableName: Parser<string> = (value, path) =>
  typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value) ? value : refuse('…', path, "expected a variable's name")

const headers: Parser<Readonly<Record<string, string>>> = (value, path) => {
  if (!isRecord(value)) return refuse('…', path, 'expected names of headers with names of variables')
  return Object.fromEntries(
    Object.entries(value).map(([name, variable]) =>
      /^[A-Za-z0-9-]+$/.test(name)
        ? [name, variableName(variable, `${path}.${name}`)]
        : refuse(name, path, 'expected the name of a header'),
    ),
  )
}

const fields = object({ url: serverUrl }, { tokenFrom: variableName, passwordFrom: variableName, headersFrom: headers })

/** @throws INVALID_PARAMETER_VALUE that names the field */
export const parseJupyterAddress: Parser<JupyterAddress> = refine(fields, (address, path) => {
  const variables = listSecretVariables(address)
  const foreign = variables.find((each) => each.startsWith(enteredPrefix) && each !== enteredVariable(address.url.href))
  // A file that came with a folder must not have what was entered for another server.
  if (foreign !== undefined) refuse(foreign, path, 'expected a variable of your own: this one is of another server')
  if (variables.length > 0) return address
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `Missing value for required parameter '${path}.tokenFrom'.`, {
    hint: 'Name the variable that holds the token; in place of it, passwordFrom or headersFrom.',
  })
})

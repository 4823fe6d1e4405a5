import { RunwrightError } from '../protocol/errors.ts'
import { defaultIdleMs } from './web.ts'

/** What is known of a place outside before anything is asked of it. */
export interface RemoteSettings {
  readonly url: string
  /** By DVC's names: `endpointurl`, `profile`, `user`, `keyfile`, … */
  readonly options: ReadonlyMap<string, string>
  /** Where keys of the user are: `AWS_…`, `HOME`, `SSH_AUTH_SOCK`. */
  readonly env: Readonly<Record<string, string | undefined>>
}

type Options = RemoteSettings['options']

/** @throws INVALID_PARAMETER_VALUE for a value that is none */
export function readBoolean(options: Options, name: string, otherwise: boolean): boolean {
  const text = options.get(name)?.toLowerCase()
  if (text === undefined || text === '') return otherwise
  if (['true', 'yes', 'on', '1'].includes(text)) return true
  if (['false', 'no', 'off', '0'].includes(text)) return false
  throw invalidOption(name, text, 'true or false')
}

/**
 * A number of the remote's section, greater than 0.
 *
 * @throws INVALID_PARAMETER_VALUE for a value that is none
 */
export function readNumber(options: Options, name: string): number | undefined {
  const text = options.get(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw invalidOption(name, text, 'a number greater than 0')
}

/** Milliseconds that the other side may be silent, by the first of these options, which are in seconds. */
export function readIdleMs(options: Options, names: readonly string[]): number {
  const seconds = names.map((name) => readNumber(options, name)).find((value) => value !== undefined)
  return seconds === undefined ? defaultIdleMs : seconds * 1000
}

function invalidOption(name: string, value: string, expected: string): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `The option ${name} of the remote is ${JSON.stringify(value)}.`,
    {
      hint: `It takes ${expected}.`,
    },
  )
}

/** @throws INVALID_PARAMETER_VALUE for what is no url */
export function parseUrl(text: string): URL {
  try {
    return new URL(text)
  } catch (cause) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${text} is no address of a remote.`, { cause })
  }
}

/**
 * Bucket or container, and the beginning of the names in it: empty, or with a slash at the end.
 *
 * @param form of such urls, for the error
 * @throws INVALID_PARAMETER_VALUE for a url that names none
 */
export function parseBucketUrl(url: string, form: string): { readonly name: string; readonly prefix: string } {
  const { host: name, pathname } = parseUrl(url)
  if (!/^[a-z0-9$][a-z0-9._-]*$/i.test(name)) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${url} does not say where in the store it is.`, {
      hint: `It has the form ${form}.`,
    })
  }
  const folder = decodePath(pathname, url).replaceAll(/^\/+|\/+$/g, '')
  return { name, prefix: folder === '' ? '' : `${folder}/` }
}

function decodePath(pathname: string, url: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch (cause) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${url} has a percent sign that stands for no byte.`, {
      hint: 'Write a percent sign as %25.',
      cause,
    })
  }
}

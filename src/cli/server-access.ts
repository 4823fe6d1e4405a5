import { findServerUrl, type JupyterAccess, nameServer } from '../protocol/jupyter-access.ts'
import { listSecretVariables } from '../protocol/target-secrets.ts'
import { usageError } from './command.ts'
import type { CliContext } from './context.ts'

/** Options of commands that take a Jupyter Server by its address, too. */
export const accessOptions = {
  'token-from': {
    type: 'string',
    value: 'VARIABLE',
    summary: 'The variable of the token of a server that is no target',
  },
  'password-from': { type: 'string', value: 'VARIABLE', summary: 'The variable of its password' },
} as const

/**
 * What lets one in to a server that is named by its address, with the values that this shell has; undefined for the name
 * of a target, whose settings say that.
 *
 * @throws a usage error for options that do not fit
 */
export function readAccess(
  command: string,
  options: {
    readonly server: string | undefined
    readonly 'token-from': string | undefined
    readonly 'password-from': string | undefined
  },
  env: CliContext['env'],
): { readonly name: string; readonly access: JupyterAccess; readonly tokens: Record<string, string> } | undefined {
  const { server = '', 'token-from': tokenFrom, 'password-from': passwordFrom } = options
  const url = findServerUrl(server)
  if (url === undefined) {
    if (tokenFrom === undefined && passwordFrom === undefined) return undefined
    throw usageError(command, '--token-from and --password-from are for a --server that is named by its address.')
  }
  const access = {
    url,
    ...(tokenFrom === undefined ? {} : { tokenFrom }),
    ...(passwordFrom === undefined ? {} : { passwordFrom }),
  }
  const values = listSecretVariables(access).map((variable) => [variable, env[variable] ?? ''] as const)
  return { name: nameServer(url), access, tokens: Object.fromEntries(values.filter(([, value]) => value !== '')) }
}

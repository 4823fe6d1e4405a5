import * as vscode from 'vscode'
import { parseServerUrl } from './connections/place.ts'
import type { ServerCredentials, Servers } from './context.ts'

const setting = 'servers'

/** The servers of the setting `runwright.servers`, and their credentials in the editor's secret storage. */
export function createServers(secrets: vscode.SecretStorage): Servers & {
  credentials(url: string): Promise<ServerCredentials | undefined>
} {
  const configuration = () => vscode.workspace.getConfiguration('runwright')
  const list = () =>
    configuration()
      .get<unknown[]>(setting, [])
      .flatMap((url) => (typeof url === 'string' ? (parseServerUrl(url) ?? []) : []))
  const save = (urls: readonly string[]) => configuration().update(setting, urls, vscode.ConfigurationTarget.Global)

  return {
    list,
    async add(url, credentials) {
      if (credentials === undefined) await secrets.delete(secretName(url))
      else await secrets.store(secretName(url), JSON.stringify(credentials))
      await save([...new Set([...list(), url])])
    },
    async remove(url) {
      await secrets.delete(secretName(url))
      await save(list().filter((known) => known !== url))
    },
    async credentials(url) {
      const kept = await secrets.get(secretName(url))
      return kept === undefined ? undefined : parseCredentials(kept)
    },
  }
}

function secretName(url: string): string {
  return `server ${url}`
}

function parseCredentials(kept: string): ServerCredentials | undefined {
  const parsed: unknown = JSON.parse(kept)
  if (typeof parsed !== 'object' || parsed === null) return undefined
  if ('token' in parsed && typeof parsed.token === 'string') return { token: parsed.token }
  if (!('username' in parsed && 'password' in parsed)) return undefined
  const { username, password } = parsed
  return typeof username === 'string' && typeof password === 'string' ? { username, password } : undefined
}

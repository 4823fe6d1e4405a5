import type * as vscode from 'vscode'
import { isRecord } from '../../protocol/json.ts'
import { type JupyterAccess, nameServer } from '../../protocol/jupyter-access.ts'
import type { TargetTokens } from '../../protocol/jobs.ts'
import { enteredVariable } from '../../protocol/target-secrets.ts'

/** A Jupyter Server that the user has entered, and by what it lets one in. */
export interface JupyterServer {
  /** With a slash at the end. */
  readonly url: string
  readonly way: 'token' | 'password' | 'header'
  /** Its name, where it is a header. */
  readonly header?: string
}

/** What the engine is told of a server. */
export interface ServerAccess {
  readonly access: JupyterAccess
  readonly tokens: TargetTokens
}

export interface JupyterServers {
  /** In the order they were entered. */
  list(): readonly JupyterServer[]
  keep(server: JupyterServer, secret: string): Promise<void>
  forget(url: string): Promise<void>
  /** @param environmentId of anything: undefined for what is on no server, or on none of these */
  findAccess(environmentId: string): Promise<ServerAccess | undefined>
}

const listKey = 'jupyterServers'

/** What lets one in is in VS Code's secret storage alone; the servers are remembered beside, since it lists none. */
export function createJupyterServers(
  secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>,
  memory: Pick<vscode.Memento, 'get' | 'update'>,
): JupyterServers {
  const list = () => memory.get<readonly unknown[]>(listKey, []).flatMap((each) => parseServer(each) ?? [])
  const others = (url: string) => list().filter((each) => each.url !== url)
  return {
    list,
    async keep(server, secret) {
      await secrets.store(keyOf(server.url), secret)
      await memory.update(listKey, [...others(server.url), server])
    },
    async forget(url) {
      await secrets.delete(keyOf(url))
      await memory.update(listKey, others(url))
    },
    async findAccess(environmentId) {
      const server = list().find(({ url }) => isOnServer(environmentId, url))
      const secret = server && (await secrets.get(keyOf(server.url)))
      return server && secret !== undefined ? toAccess(server, secret) : undefined
    },
  }
}

export function toAccess({ url, way, header = '' }: JupyterServer, secret: string): ServerAccess {
  const variable = enteredVariable(url)
  const from = { token: { tokenFrom: variable }, password: { passwordFrom: variable } }
  const access = { url, ...(way === 'header' ? { headersFrom: { [header]: variable } } : from[way]) }
  return { access, tokens: { [variable]: secret } }
}

export function isOnServer(environmentId: string, url: string): boolean {
  return environmentId.startsWith(`jupyter:${nameServer(url)}/`)
}

/** As it is shown: `lab.example.org:8888/user/ada`. */
export function labelServer(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`.replace(/\/$/, '')
}

/**
 * The address of a server as a person pastes it: of its page, with the token that its log shows.
 *
 * @returns undefined for what is no address
 */
export function parseServerAddress(text: string): { readonly url: string; readonly token: string } | undefined {
  const url = URL.parse(text.trim())
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  const token = url.searchParams.get('token') ?? ''
  const path = url.pathname.replace(/\/(lab|tree|notebooks|login)(\/.*)?$/, '/')
  return { url: `${url.origin}${path.endsWith('/') ? path : `${path}/`}`, token }
}

function keyOf(url: string): string {
  return `jupyter server ${url}`
}

function parseServer(value: unknown): JupyterServer | undefined {
  if (!isRecord(value)) return undefined
  const { url, way, header } = value
  const known = (['token', 'password', 'header'] as const).find((each) => each === way)
  if (typeof url !== 'string' || known === undefined || !URL.canParse(url)) return undefined
  return { url, way: known, ...(typeof header === 'string' ? { header } : {}) }
}

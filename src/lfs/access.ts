import { type Credential, findCredential } from './credentials.ts'
import type { LfsContext } from './context.ts'
import type { LfsOperation, ServerEndpoint } from './endpoint.ts'
import type { LfsRepository } from './repository.ts'
import { askBySsh, type SshAccess } from './ssh-access.ts'

/** Where the API of a server is, and what lets its client in there. */
export interface Entry {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

export interface Access {
  find(signal: AbortSignal): Promise<Entry>
  /**
   * Called when an entry was not enough.
   *
   * @returns whether `find` gives another one now
   */
  refuse(entry: Entry, signal: AbortSignal): Promise<boolean>
  /** Called when it was. */
  accept(entry: Entry): Promise<void>
}

export interface AccessOptions {
  readonly repository: LfsRepository
  readonly endpoint: ServerEndpoint
  readonly operation: LfsOperation
  readonly context: LfsContext
  /** Whether the endpoint's host is one of the user's own settings. */
  readonly isOwnHost: boolean
}

export function openAccess(options: AccessOptions): Access {
  const { endpoint } = options
  return endpoint.kind === 'ssh' ? accessBySsh(options) : accessByHttp(options)
}

/** How long before its end an access is not used any more. */
const marginMs = 30_000

function accessBySsh({ repository, endpoint, operation, context }: AccessOptions): Access {
  if (endpoint.kind !== 'ssh') throw new TypeError('The endpoint is none of ssh.')
  let known: Promise<SshAccess> | undefined
  let refusals = 0
  return {
    async find(signal) {
      const { expiresAt = Infinity } = (await known) ?? {}
      if (expiresAt - marginMs < context.now()) known = undefined
      known ??= askBySsh(repository, endpoint, operation, context, signal)
      known.catch(() => (known = undefined))
      return known
    },
    async refuse(entry) {
      if (entry === (await known)) known = undefined
      return ++refusals <= 3
    },
    accept: async () => void (refusals = 0),
  }
}

function accessByHttp({ repository, endpoint, context, isOwnHost }: AccessOptions): Access {
  if (endpoint.kind !== 'http') throw new TypeError('The endpoint is none of HTTP.')
  const { url, login } = endpoint
  let entry: Entry | undefined
  let credential: Credential | undefined
  let attempts = 0
  let turn: Promise<unknown> = Promise.resolve()
  const first = async (): Promise<Entry> => {
    if (login?.password !== undefined) return { url, headers: basic(login.username, login.password) }
    return { url, headers: isOwnHost ? await findExtraHeader(repository, url) : {} }
  }
  const ask = async (refused: Entry): Promise<boolean> => {
    // Another request was refused as well, and has asked already.
    if (refused !== entry) return true
    await credential?.tell('reject')
    credential = ++attempts > 2 ? undefined : await findCredential(repository, url, login, context)
    if (credential === undefined) return false
    entry = { url, headers: basic(credential.username, credential.password) }
    return true
  }
  return {
    find: async () => (entry ??= await first()),
    refuse(refused) {
      const answer = turn.then(() => ask(refused))
      turn = answer.catch(() => undefined)
      return answer
    },
    async accept(accepted) {
      if (accepted !== entry) return
      const told = credential
      credential = undefined
      attempts = 0
      await told?.tell('approve')
    },
  }
}

function basic(username: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

/** `http.extraHeader` of git, by which build servers let their jobs in. */
async function findExtraHeader({ git }: LfsRepository, url: URL): Promise<Record<string, string>> {
  const found = await git(['config', '--get-urlmatch', 'http.extraHeader', url.href])
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.+?)\s*$/.exec(found?.toString().trim() ?? '') ?? []
  return name === undefined || value === undefined ? {} : { [name.toLowerCase()]: value }
}

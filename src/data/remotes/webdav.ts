import { randomBytes } from 'node:crypto'
import { parseObjectKey } from '../object-key.ts'
import type { DataRemote, ListedObject, RemoteKind, RemoteOptions } from '../remote.ts'
import { answerByRequests, rangeFrom, readSize } from '../wire/object-requests.ts'
import { parseDate } from '../wire/parse-date.ts'
import { parseUrl, readIdleMs, readNumber } from '../../object-store/remote-options.ts'
import {
  dropBody,
  expectStatus,
  readText,
  sendRequest,
  streamBody,
  type WebAnswer,
  type WebRequest,
} from '../../object-store/web.ts'
import { plainAddress, readLogin } from '../wire/web-login.ts'
import { readElement, readElements } from '../../object-store/xml.ts'

/** A server that speaks WebDAV: Nextcloud, Apache, nginx. */
const webdav: RemoteKind = {
  name: 'webdav',
  accepts: (url) => /^webdavs?:\/\//i.test(url),
  open: (remote) => Promise.resolve(openWebdav(remote)),
}
export default webdav

interface Server {
  readonly root: URL
  ask(
    method: string,
    path: string,
    more: Pick<WebRequest, 'headers' | 'body'> & { readonly fine: readonly number[] },
    signal: AbortSignal,
  ): Promise<WebAnswer>
  /** Makes a folder and those above it, once. */
  makeFolder(path: string, signal: AbortSignal): Promise<void>
}

const pending = 'runwright/tmp'

function openWebdav(remote: RemoteOptions): DataRemote {
  const server = openServer(remote)
  return {
    ...answerByRequests({
      concurrency: readNumber(remote.options, 'jobs') ?? 8,
      pageSize: Number.POSITIVE_INFINITY,
      list: (prefix, signal) => listServer(server, prefix, signal),
      sizeOf: async (key, signal) => readSize(await server.ask('HEAD', key, { fine: [200, 404] }, signal)),
      remove: (key, signal) => server.ask('DELETE', key, { fine: [200, 204, 404] }, signal),
    }),
    label: server.root.href.replace(/\/$/, '').replace(/^http/, 'webdav'),
    async read(key, start, signal) {
      const answer = await server.ask('GET', key, { headers: rangeFrom(start), fine: [200, 206] }, signal)
      // A server without ranges sends all of it.
      return streamBody(answer, answer.response.status === 200 ? start : 0)
    },
    async write(key, source, signal) {
      const beside = `${pending}/${randomBytes(12).toString('hex')}`
      await server.makeFolder(pending, signal)
      const body = { ...source, start: 0, length: source.sizeBytes }
      await dropBody(await server.ask('PUT', beside, { body, fine: [200, 201, 204] }, signal))
      await server.makeFolder(key.slice(0, key.lastIndexOf('/')), signal)
      const headers = { destination: new URL(key, server.root).href, overwrite: 'T' }
      await dropBody(await server.ask('MOVE', beside, { headers, fine: [201, 204] }, signal))
    },
  }
}

function openServer({ url, options }: RemoteOptions): Server {
  const address = parseUrl(url.replace(/^webdav/i, 'http'))
  const root = plainAddress(address)
  const login = readLogin(options, address)
  const idleMs = readIdleMs(options, ['timeout'])
  const made = new Map<string, Promise<void>>()
  const ask: Server['ask'] = async (method, path, { headers = {}, body, fine }, signal) => {
    const place = new URL(path, root)
    const own = { method, url: place, headers: { ...headers, ...login }, signal, idleMs, ...(body && { body }) }
    return expectStatus(await sendRequest(own), path === '' ? 'its folder' : path, fine)
  }
  async function make(path: string, signal: AbortSignal): Promise<void> {
    const place = path === '' ? '' : `${path}/`
    // 405: it is there; 409: what it is in is not.
    const answer = await ask('MKCOL', place, { fine: [201, 405, 409] }, signal)
    await dropBody(answer)
    if (answer.response.status !== 409) return
    const above = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    // The remote's own folder may be new; what that is in has to be there.
    if (path === '') await expectStatus(answer, 'its folder', [201])
    await makeFolder(above, signal)
    await dropBody(await ask('MKCOL', place, { fine: [201, 405] }, signal))
  }
  function makeFolder(path: string, signal: AbortSignal): Promise<void> {
    const known = made.get(path)
    if (known !== undefined) return known
    const making = make(path, signal)
    made.set(path, making)
    making.catch(() => made.delete(path))
    return making
  }
  return { root, ask, makeFolder }
}

const question =
  '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getcontentlength/><getlastmodified/><resourcetype/></prop></propfind>'

interface Member {
  /** From the root of the remote, without a slash at the end. */
  readonly path: string
  readonly isFolder: boolean
  readonly sizeBytes: number
  readonly changedAt: number | undefined
}

async function listMembers(server: Server, folder: string, signal: AbortSignal): Promise<readonly Member[]> {
  const headers = { depth: '1', 'content-type': 'application/xml' }
  const more = { headers, body: question, fine: [207, 404] }
  const answer = await server.ask('PROPFIND', folder, more, signal)
  const text = await readText(answer)
  if (answer.response.status === 404) return []
  return readElements(text, 'response').flatMap((response) => {
    const { pathname } = new URL(readElement(response, 'href') ?? '', server.root)
    if (!pathname.startsWith(server.root.pathname)) return []
    const path = pathname.slice(server.root.pathname.length).replace(/\/$/, '')
    if (`${path}/` === folder || path === '') return []
    const isFolder = /<(\w+:)?collection\b/.test(response)
    const sizeBytes = Number(readElement(response, 'getcontentlength') ?? 0)
    return [{ path, isFolder, sizeBytes, changedAt: parseDate(readElement(response, 'getlastmodified')) }]
  })
}

async function* listServer(server: Server, prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
  const whole = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  // The list grows while it is gone through.
  const folders = whole === '' ? ['files/', 'runwright/'] : [whole]
  for (const folder of folders) {
    for (const { path, isFolder, sizeBytes, changedAt } of await listMembers(server, folder, signal)) {
      const key = parseObjectKey(path)
      if (isFolder && path !== pending && path.split('/').length < 4) folders.push(`${path}/`)
      else if (key?.startsWith(prefix)) yield { key, sizeBytes, changedAt }
    }
  }
}

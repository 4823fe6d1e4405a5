import { mapConcurrently } from '../../base/map-concurrently.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { ObjectKey } from '../object-key.ts'
import type { DataRemote, RemoteKind, RemoteOptions } from '../remote.ts'
import { rangeFrom } from '../wire/object-requests.ts'
import { parseUrl, readIdleMs, readNumber } from '../../object-store/remote-options.ts'
import { dropBody, expectStatus, sendRequest, streamBody } from '../../object-store/web.ts'
import { plainAddress, readLogin } from '../wire/web-login.ts'

/** A place that any web server serves: for reading alone. */
const http: RemoteKind = {
  name: 'http',
  accepts: (url) => /^https?:\/\//i.test(url),
  open: (remote) => Promise.resolve(openHttp(remote)),
}
export default http

function openHttp({ url, options }: RemoteOptions): DataRemote {
  const address = parseUrl(url)
  const root = plainAddress(address)
  const headers = readLogin(options, address)
  const idleMs = readIdleMs(options, ['read_timeout', 'connect_timeout'])
  const concurrency = readNumber(options, 'jobs') ?? 16
  const readOnly = () =>
    Promise.reject(
      new RunwrightError('PERMISSION_DENIED', `${root.href} can only be read.`, {
        hint: 'Push to a remote of another kind; one whose url begins with webdavs:// if the server speaks WebDAV.',
      }),
    )
  const ask = async (method: string, key: ObjectKey, own: Record<string, string>, signal: AbortSignal) => {
    const request = { method, url: new URL(key, root), headers: { ...headers, ...own }, signal, idleMs, follow: true }
    return sendRequest(request)
  }
  return {
    label: root.href.replace(/\/$/, ''),
    concurrency,
    async find(keys, signal) {
      const found = new Map<ObjectKey, number>()
      await mapConcurrently(keys, concurrency, async (key) => {
        const answer = await ask('HEAD', key, {}, signal)
        await dropBody(answer)
        await expectStatus(answer, key, [200, 404, 410])
        // Without a length the object is there, and how long it is shows when it is read.
        if (answer.response.status === 200) found.set(key, Number(answer.response.headers.get('content-length') ?? -1))
      })
      return found
    },
    // oxlint-disable-next-line require-yield
    async *list() {
      throw new RunwrightError('NOT_IMPLEMENTED', `${root.href} cannot be listed.`)
    },
    async read(key, start, signal) {
      const answer = await ask('GET', key, { ...rangeFrom(start), 'accept-encoding': 'identity' }, signal)
      // A server without ranges sends all of it.
      if (start > 0 && answer.response.status === 200) return streamBody(answer, start)
      return streamBody(await expectStatus(answer, key, [start === 0 ? 200 : 206]))
    },
    write: readOnly,
    remove: readOnly,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

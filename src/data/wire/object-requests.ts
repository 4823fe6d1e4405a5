import { mapConcurrently } from '../../base/map-concurrently.ts'
import type { ObjectKey } from '../object-key.ts'
import type { DataRemote } from '../remote.ts'
import { findObjects } from './find-objects.ts'
import { dropBody, type WebAnswer } from '../../object-store/web.ts'

/** How a place over HTTP is asked about one object. */
export interface ObjectRequests {
  readonly concurrency: number
  /** Objects that one request lists. */
  readonly pageSize: number
  readonly list: DataRemote['list']
  /** In bytes; undefined where there is none. */
  sizeOf(key: ObjectKey, signal: AbortSignal): Promise<number | undefined>
  /** An object that is not there is no error. */
  remove(key: ObjectKey, signal: AbortSignal): Promise<WebAnswer>
}

/** The part of a remote that is alike wherever each object takes a request of its own. */
export function answerByRequests({
  concurrency,
  pageSize,
  list,
  sizeOf,
  remove,
}: ObjectRequests): Pick<DataRemote, 'concurrency' | 'find' | 'list' | 'remove' | typeof Symbol.asyncDispose> {
  return {
    concurrency,
    find: (keys, signal) =>
      findObjects(keys, { concurrency, list, pageSize, ask: (key) => sizeOf(key, signal) }, signal),
    list,
    async remove(keys, signal) {
      await mapConcurrently(keys, concurrency, async (key) => dropBody(await remove(key, signal)))
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** The size in bytes that the answer to a HEAD tells; undefined for 404. */
export async function readSize(answer: WebAnswer): Promise<number | undefined> {
  await dropBody(answer)
  return answer.response.status === 404 ? undefined : Number(answer.response.headers.get('content-length'))
}

/** @param start first byte that is wanted, from 0 */
export function rangeFrom(start: number): Readonly<Record<string, string>> {
  return start === 0 ? {} : { range: `bytes=${start}-` }
}

import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { LfsOperation } from './endpoint.ts'
import { explainStatus } from './http/answers.ts'
import { type LfsAnswer, parseBatchAnswer } from './messages.ts'
import type { LfsServer } from './server.ts'

/** What may be done with each of many objects, asked for in batches when the first of each is wanted. */
export interface Actions {
  /**
   * @throws RESOURCE_DOES_NOT_EXIST and others where the server refuses the object; `isOfServer` is unset then
   */
  find(pointer: LfsPointer, signal: AbortSignal): Promise<LfsAnswer>
  /** Asks anew the next time, for this object alone: what it was given is not taken any more. */
  forget(pointer: LfsPointer): void
}

/** An error of one object; any other concerns the server as a whole. */
export class ObjectRefused extends Error {
  readonly error: RunwrightError

  constructor(error: RunwrightError) {
    super(error.message)
    this.error = error
  }
}

/** What servers take at a time. */
const batchSize = 100
/** How long before its end an action is not used any more. */
const marginMs = 5000

export interface ActionOptions {
  readonly server: LfsServer
  readonly operation: LfsOperation
  readonly pointers: readonly LfsPointer[]
  /** Of the branch, for servers that let some branches do more than others. */
  readonly refName: string | undefined
  now(): number
}

export function openActions({ server, operation, pointers, refName, now }: ActionOptions): Actions {
  const batchOf = new Map(pointers.map(({ oid }, index) => [oid, Math.floor(index / batchSize)]))
  const batches = new Map<number, Promise<ReadonlyMap<string, LfsAnswer>>>()
  const renewed = new Map<string, Promise<ReadonlyMap<string, LfsAnswer>>>()
  const ask = async (asked: readonly LfsPointer[], signal: AbortSignal) => {
    const objects = asked.map(({ oid, sizeBytes }) => ({ oid, size: sizeBytes }))
    const ref = refName === undefined ? {} : { ref: { name: refName } }
    const body = { operation, transfers: ['basic'], ...ref, objects, hash_algo: 'sha256' }
    return parseBatchAnswer(await server.post('objects/batch', body, signal), asked, now())
  }
  const askBatch = (index: number, signal: AbortSignal) => {
    const batch = batches.get(index) ?? ask(pointers.slice(index * batchSize, (index + 1) * batchSize), signal)
    batches.set(index, batch)
    return batch
  }
  const askAgain = (pointer: LfsPointer, signal: AbortSignal) => {
    const answer = ask([pointer], signal)
    renewed.set(pointer.oid, answer)
    return answer
  }
  const stale = new Set<string>()
  return {
    async find(pointer, signal) {
      const { oid } = pointer
      const known = await (stale.has(oid) ? undefined : (renewed.get(oid) ?? askBatch(batchOf.get(oid) ?? 0, signal)))
      const isCurrent = known !== undefined && !hasExpired(known.get(oid), now())
      const answers = isCurrent ? known : await askAgain(pointer, signal)
      stale.delete(oid)
      return check(answers.get(oid), pointer, server)
    },
    forget: ({ oid }) => void stale.add(oid),
  }
}

function hasExpired(answer: LfsAnswer | undefined, nowMs: number): boolean {
  const actions = [answer?.download, answer?.upload, answer?.verify]
  return actions.some((action) => action?.expiresAt !== undefined && action.expiresAt - marginMs < nowMs)
}

function check(answer: LfsAnswer | undefined, { oid }: LfsPointer, server: LfsServer): LfsAnswer {
  if (answer?.error === undefined && answer !== undefined) return answer
  const { code = 404, message = '' } = answer?.error ?? {}
  const [kind, hint] = code === 404 ? missing : explainStatus(code)
  const said = message === '' ? '' : `: ${message.slice(0, 200)}`
  throw new ObjectRefused(
    new RunwrightError(kind, `${server.label} does not give object ${oid.slice(0, 10)} (${code})${said}.`, { hint }),
  )
}

const missing = ['RESOURCE_DOES_NOT_EXIST', 'Whoever committed the file has still to push it: "git lfs push".'] as const

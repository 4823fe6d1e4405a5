import { join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'
import type { Execution, Kernel } from '../protocol/kernels.ts'
import { loadPrivateText } from '../store/private-file.ts'
import { createJournalReader, type JournalReader } from './journal-reader.ts'
import type { KernelSettings, RemotePlace } from './kernel-settings.ts'
import { closeJournal } from './relay/close-journal.ts'
import { connectRelay, type RelayClient } from './relay/relay-client.ts'
import { type RelayFile, relayFiles, type RelayMethod, type RelayMethods } from './relay/relay-messages.ts'
import type { SessionView } from './session/session.ts'

/** A kernel as the engine has it: its relay while that lives, and its journal. Disposing it leaves the kernel alone. */
export interface HeldKernel extends Disposable {
  readonly folder: string
  /** Where it is, when that is another machine. */
  readonly remote: RemotePlace | undefined
  readonly journal: JournalReader
  describe(): Kernel
  listExecutions(): Promise<readonly Execution[]>
  /** @throws INVALID_STATE when it is dead and has no relay */
  ask<M extends RelayMethod>(method: M, params: RelayMethods[M]['params']): Promise<RelayMethods[M]['result']>
  /** Somebody has it open, or looks at what it says: it is told now and then. */
  use(): void
  /** @param timeoutMs undefined: nobody has to use it */
  setIdleTimeout(timeoutMs: number | undefined): void
  /** Finds the relay that was started for it. */
  attach(): Promise<void>
  readonly hasRelay: boolean
  /** Goes up with all that is new of it. */
  readonly newsCount: number
  /** Resolves when `newsCount` is above `after`, it is disposed, or the signal is aborted. */
  waitForNews(after: number, signal: AbortSignal): Promise<void>
}

export interface HeldKernelOptions {
  readonly settings: KernelSettings
  readonly folder: string
  now(): number
  changed(): void
  onError(error: unknown): void
}

/** Finds its relay, or finds it dead. */
export async function openHeldKernel(options: HeldKernelOptions): Promise<HeldKernel> {
  const { settings, folder, now, changed, onError } = options
  const news = new Set<() => void>()
  let view: SessionView = { status: 'starting', isSilent: false, queuedCount: 0, lastSeq: 0 }
  let relay: RelayClient | undefined
  let past: readonly Execution[] = []
  let newsCount = 0
  let toldUseAt = -Infinity
  let idleTimeoutMs: number | undefined

  /** Nobody waits for the answer. */
  function tell(method: 'use' | 'limits'): void {
    const limits = idleTimeoutMs === undefined ? {} : { idleTimeoutMs }
    // One that ends meanwhile is told nothing any more.
    relay?.ask(method, method === 'use' ? {} : limits).catch(() => undefined)
  }

  function take(next: SessionView): void {
    const isNoticed = noticed(view) !== noticed(next)
    view = next
    newsCount++
    for (const wake of news) wake()
    if (isNoticed) changed()
  }

  async function bury(): Promise<void> {
    relay = undefined
    const closed = await closeJournal(folder, now)
    // Its relay is just coming, or goes: whoever has the journal will say what became of it.
    if (closed === undefined) return
    past = closed.executions.list()
    take({ status: 'dead', reason: closed.reason, isSilent: false, queuedCount: 0, lastSeq: closed.lastSeq })
  }

  async function attach(): Promise<void> {
    const file = parseRelayFile(await loadPrivateText(join(folder, relayFiles.relay)))
    const found =
      file === undefined
        ? undefined
        : await connectRelay({ file, onView: take, onGone: () => void bury().catch(onError) })
    if (found === undefined) return bury()
    relay = found
    take(await found.ask('view', {}))
    tell('limits')
  }

  await attach()
  return {
    folder,
    remote: settings.remote,
    journal: createJournalReader(join(folder, relayFiles.journal)),
    describe: () => describe(settings, view),
    listExecutions: () => (relay === undefined ? Promise.resolve(past) : relay.ask('executions', {})),
    ask(method, params) {
      if (relay === undefined) {
        throw new RunwrightError('INVALID_STATE', `The kernel is dead. ${view.reason ?? ''}`.trimEnd(), {
          hint: 'Restart it.',
        })
      }
      return relay.ask(method, params)
    },
    use() {
      if (now() - toldUseAt < useMs) return
      toldUseAt = now()
      tell('use')
    },
    setIdleTimeout(timeoutMs) {
      if (timeoutMs === idleTimeoutMs) return
      idleTimeoutMs = timeoutMs
      tell('limits')
    },
    attach,
    get hasRelay() {
      return relay !== undefined
    },
    get newsCount() {
      return newsCount
    },
    waitForNews: (after, signal) =>
      new Promise((resolve) => {
        if (newsCount > after || signal.aborted) return resolve()
        const wake = () => {
          news.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        news.add(wake)
        signal.addEventListener('abort', wake)
      }),
    [Symbol.dispose]() {
      relay?.[Symbol.dispose]()
      for (const wake of news) wake()
    },
  }
}

/** Whoever follows a cell asks more often, and a kernel is stopped after minutes at the least. */
const useMs = 10_000

/** What a list of kernels shows: that a journal grows is no news to those who do not read it. */
function noticed(view: SessionView): string {
  return JSON.stringify({ ...view, lastSeq: 0, usedAt: 0 })
}

function describe(
  { kernelId, name, environment, workingDirectory, startedAt }: KernelSettings,
  view: SessionView,
): Kernel {
  return { kernelId, name, environment, workingDirectory, startedAt, ...view }
}

function parseRelayFile(text: string | undefined): RelayFile | undefined {
  const file = text === undefined ? undefined : parseForeignJson(text)
  if (!isRecord(file)) return undefined
  const { pid, port, token } = file
  const isOne = typeof pid === 'number' && typeof port === 'number' && typeof token === 'string'
  return isOne ? { pid, port, token } : undefined
}

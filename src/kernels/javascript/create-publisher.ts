import type { MessagePort, Worker } from 'node:worker_threads'
import { isRecord } from '../../protocol/json.ts'
import type { CellScope, RunningCell } from './cell-scope.ts'
import type { CellSources } from './cell-sources.ts'
import { describeError } from './describe-error.ts'
import type { Content } from './kernel-lines.ts'
import { type Answer, type Backlog, maxBacklog, weightOf } from './thread-messages.ts'

/** Says what cells show to the thread that speaks to the relay. */
export interface Publisher {
  answer(given: Answer): void
  /**
   * Of the cell that does it, where none is named.
   *
   * @throws TypeError for what is no JSON, RangeError for what is too large, and where the cell was interrupted
   */
  publish(type: string, content: Content, cell?: RunningCell): void
  /** An error that nobody has caught. */
  report(error: unknown): void
}

export interface PublisherParts {
  readonly port: Pick<Worker | MessagePort, 'postMessage'>
  readonly backlog: Backlog
  readonly scope: CellScope
  readonly sources: CellSources
}

export function createPublisher({ port, backlog, scope, sources }: PublisherParts): Publisher {
  function answer(given: Answer): void {
    // In this order: who is ended in between has counted nothing that never comes.
    port.postMessage(given)
    Atomics.add(backlog, 0, weightOf(given))
    // Who prints more than can be written waits, rather than filling the memory.
    for (let waiting = Atomics.load(backlog, 0); waiting > maxBacklog; waiting = Atomics.load(backlog, 0)) {
      Atomics.wait(backlog, 0, waiting, 1000)
    }
  }

  function publish(type: string, content: Content, cell = scope.current()): void {
    // What goes on of it, ends where it prints.
    if (cell?.isInterrupted === true) throw stopSign
    answer({ kind: 'published', type, cellId: cell?.id ?? '', content: type === 'stream' ? content : asSent(content) })
  }

  return {
    answer,
    publish,
    report(error) {
      if (error === stopSign || scope.current()?.isInterrupted === true) return
      publish('stream', { name: 'stderr', text: `${describeError(error, sources.get).traceback.join('\n')}\n` })
    },
  }
}

/** Thrown where an interrupted cell goes on. */
const stopSign = new Error('The cell was interrupted.')

/** A line to the relay takes twice as much. */
const maxShownCharacters = 32 << 20

/** As it will be read. @throws TypeError for what is no JSON, RangeError for what is too large: here, where a cell is told */
function asSent(content: Content): Content {
  const text = JSON.stringify(content)
  if (text.length > maxShownCharacters) {
    const megabytes = Math.ceil(text.length / (1 << 20))
    throw new RangeError(
      `This is too large to be shown: ${megabytes} MB of text, of at most ${maxShownCharacters >> 20}.`,
    )
  }
  const sent: unknown = JSON.parse(text)
  return isRecord(sent) ? sent : {}
}

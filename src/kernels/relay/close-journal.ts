import { join } from 'node:path'
import { hasExecutionEnded, type RecordBody } from '../../protocol/kernels.ts'
import { openLock } from '../../store/lock.ts'
import { openJournalWriter } from '../journal-writer.ts'
import { createExecutionList, type ExecutionList } from '../session/execution-list.ts'
import { readHistory } from '../session/read-history.ts'
import { relayFiles } from './relay-messages.ts'

const keeperGone = 'The process that kept it has ended, and it with that.'

export interface ClosedJournal {
  readonly executions: ExecutionList
  readonly lastSeq: number
  readonly reason: string
}

/**
 * Ends the journal of a kernel whose relay is gone: what ran is lost, what waited is aborted, and whoever follows it is
 * told so. Undefined when it has a relay after all.
 */
export async function closeJournal(folder: string, now: () => number): Promise<ClosedJournal | undefined> {
  const lock = openLock(join(folder, relayFiles.lock))
  if (lock === undefined) return undefined
  using _lock = lock
  const journal = join(folder, relayFiles.journal)
  const history = await readHistory(journal)
  using writer = openJournalWriter(journal)
  const executions = createExecutionList()
  history.forEach(executions.add)
  const open = executions.list().filter(({ status }) => !hasExecutionEnded(status))
  const ends = open.map(({ executionId, status }): RecordBody =>
    status === 'running'
      ? { kind: 'ended', executionId, status: 'lost', reason: keeperGone }
      : { kind: 'ended', executionId, status: 'aborted' },
  )
  const last = history.findLast((record) => record.kind === 'kernel')
  const isTold = last?.status === 'dead' && ends.length === 0
  const reason = isTold ? (last.reason ?? '') : keeperGone
  if (!isTold) {
    writer.append([...ends, { kind: 'kernel', status: 'dead', reason }], now()).forEach(executions.add)
  }
  return { executions, lastSeq: writer.lastSeq, reason }
}

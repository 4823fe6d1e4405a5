import type { JournalRecord } from '../../protocol/kernels.ts'
import { createJournalReader } from '../journal-reader.ts'

/** What a journal tells of a kernel and its executions. Outputs, which may be large, are left out. */
export async function readHistory(journalFolder: string): Promise<JournalRecord[]> {
  const reader = createJournalReader(journalFolder)
  const history: JournalRecord[] = []
  for (let next = 0, hasMore = true; hasMore;) {
    const page = await reader.read({ after: next, limit: 10_000 })
    for (const record of page.records) if (record.kind !== 'output') history.push(record)
    ;({ next, hasMore } = page)
  }
  return history
}

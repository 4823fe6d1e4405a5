import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RunwrightError } from '../../protocol/errors.ts'
import type { JournalRecord, RecordBody } from '../../protocol/kernels.ts'
import { type JournalWriter, openJournalWriter } from '../journal-writer.ts'
import { until } from '../../../test/until.ts'
import { createRecordQueue, type RecordQueue } from './record-queue.ts'

const print = (text: string): RecordBody => ({ kind: 'output', output: { kind: 'stream', name: 'stdout', text } })

async function withQueue(
  use: (parts: { queue: RecordQueue; written: JournalRecord[]; errors: unknown[] }) => Promise<void>,
  change: (writer: JournalWriter) => JournalWriter = (writer) => writer,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'runwright-queue-'))
  const written: JournalRecord[] = []
  const errors: unknown[] = []
  try {
    using writer = openJournalWriter(folder)
    await using queue = createRecordQueue({
      writer: change(writer),
      now: () => 1,
      onWritten: (records) => written.push(...records),
      onError: (error) => errors.push(error),
    })
    await use({ queue, written, errors })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function textsOf(records: readonly JournalRecord[]): string[] {
  return records.map((each) => (each.kind === 'output' && each.output.kind === 'stream' ? each.output.text : each.kind))
}

describe('records that wait to be written', () => {
  it('are joined where they are text of one stream, and written without being asked', () =>
    withQueue(async ({ queue, written }) => {
      for (const text of ['a', 'b', 'c']) queue.add(print(text))
      await until(() => written.length > 0)
      assert.deepEqual(textsOf(written), ['abc'])
    }))

  it('keep their order around what is no text', () =>
    withQueue(async ({ queue, written }) => {
      queue.add(print('a'))
      queue.add({ kind: 'kernel', status: 'idle' })
      queue.add(print('b'))
      queue.flush()
      assert.deepEqual(textsOf(written), ['a', 'kernel', 'b'])
    }))

  it('wait for room on a full disk, and lose nothing', async () => {
    let isFull = true
    await withQueue(
      async ({ queue, written, errors }) => {
        queue.add(print('a'))
        queue.flush()
        assert(queue.isStuck)
        assert.equal(errors.length, 1)
        queue.add(print('b'))
        isFull = false
        await until(() => written.length > 0)
        assert(!queue.isStuck)
        assert.deepEqual(textsOf(written), ['ab'])
      },
      (writer) => ({
        ...writer,
        lastSeq: 0,
        append(bodies, at) {
          if (isFull) throw new RunwrightError('STORAGE_FULL', 'full')
          return writer.append(bodies, at)
        },
      }),
    )
  })

  it('go on behind one that cannot be written', () =>
    withQueue(async ({ queue, written }) => {
      let deep: Record<string, unknown> = {}
      for (let level = 0; level < 50_000; level++) deep = { deep }
      queue.add(print('a'))
      queue.add({ kind: 'output', output: { kind: 'display', data: deep, metadata: {} } })
      queue.add(print('b'))
      queue.flush()
      const [first, left, last] = textsOf(written)
      assert.deepEqual([first, last], ['a', 'b'])
      assert.match(left ?? '', /left out/)
    }))
})

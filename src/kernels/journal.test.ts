import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type ExecutionId, type JournalRecord, parseExecutionId, type RecordBody } from '../protocol/kernels.ts'
import { createJournalReader, type JournalReader } from './journal-reader.ts'
import { openJournalWriter } from './journal-writer.ts'

function openScratch(): { folder: string } & Disposable {
  const parent = mkdtempSync(join(tmpdir(), 'runwright-journal-'))
  return {
    folder: join(parent, 'journal'),
    [Symbol.dispose]: () => rmSync(parent, { recursive: true }),
  }
}

const small = { segmentBytes: 1000, maxBytes: Infinity }

function idOf(digit: string): ExecutionId {
  const id = parseExecutionId(digit.repeat(32))
  assert(id !== undefined)
  return id
}

function output(text: string, executionId = idOf('a')): RecordBody {
  return { kind: 'output', executionId, output: { kind: 'stream', name: 'stdout', text } }
}

function textOf(records: readonly JournalRecord[]): string {
  return records
    .map((record) => (record.kind === 'output' && record.output.kind === 'stream' ? record.output.text : ''))
    .join('')
}

async function readAll(reader: JournalReader, limit: number, after = 0): Promise<JournalRecord[]> {
  const all: JournalRecord[] = []
  for (let next = after, hasMore = true; hasMore;) {
    const page = await reader.read({ after: next, limit })
    assert(page.records.length <= limit)
    all.push(...page.records)
    ;({ next, hasMore } = page)
  }
  return all
}

describe('a journal', () => {
  it('gives what was written, in order, once, in pages of any size, from any cursor', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 20 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(),
        async (batches, limit, from) => {
          using scratch = openScratch()
          using writer = openJournalWriter(scratch.folder, small)
          for (const batch of batches)
            writer.append(
              batch.map((text) => output(text)),
              5,
            )
          const texts = batches.flat()
          const after = from % (texts.length + 1)
          const records = await readAll(createJournalReader(scratch.folder), limit, after)
          assert.deepEqual(
            records.map(({ seq }) => seq),
            texts.map((_, index) => index + 1).slice(after),
          )
          assert.equal(textOf(records), texts.slice(after).join(''))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('is read while it is written, each byte once', async () => {
    using scratch = openScratch()
    using writer = openJournalWriter(scratch.folder, small)
    const reader = createJournalReader(scratch.folder)
    let next = 0
    let text = ''
    for (let at = 0; at < 300; at++) {
      writer.append([output(`${at} `)], at)
      const page = await reader.read({ after: next, limit: 100 })
      next = page.next
      text += textOf(page.records)
    }
    assert.equal(text, Array.from({ length: 300 }, (_, at) => `${at} `).join(''))
    assert(readdirSync(scratch.folder).length > 10)
  })

  it('tells of one execution alone', async () => {
    using scratch = openScratch()
    using writer = openJournalWriter(scratch.folder, small)
    for (let at = 0; at < 100; at++) writer.append([output('a'), output('b', idOf('b'))], at)
    const reader = createJournalReader(scratch.folder)
    const page = await reader.read({ after: 0, limit: 1000, executionId: idOf('b') })
    assert.equal(textOf(page.records), 'b'.repeat(100))
    assert.equal(page.next, 200)
    assert.equal(page.hasMore, false)
  })

  it('takes a record that is larger than what is read at once', async () => {
    using scratch = openScratch()
    using writer = openJournalWriter(scratch.folder)
    writer.append([output('x'), output('y'.repeat(5 << 20)), output('z')], 1)
    const records = await readAll(createJournalReader(scratch.folder), 10)
    assert.deepEqual(
      records.map((record) => textOf([record]).length),
      [1, 5 << 20, 1],
    )
  })

  it('keeps the newest when it is full, and says how much it has not kept', async () => {
    using scratch = openScratch()
    using writer = openJournalWriter(scratch.folder, { segmentBytes: 1000, maxBytes: 5000 })
    for (let at = 0; at < 500; at++) writer.append([output(`${at}`)], at)
    const { droppedCount, records } = await createJournalReader(scratch.folder).read({ after: 0, limit: 1000 })
    assert(droppedCount > 300)
    assert.equal(droppedCount + records.length, 500)
    assert.equal(records.at(-1)?.seq, 500)
    assert(readdirSync(scratch.folder).length < 10)
  })

  it('goes on after its writer was killed in the middle of a record', async () => {
    using scratch = openScratch()
    {
      using writer = openJournalWriter(scratch.folder, small)
      for (let at = 0; at < 50; at++) writer.append([output(`${at} `)], at)
    }
    const last = join(scratch.folder, readdirSync(scratch.folder).toSorted().at(-1) ?? '')
    const whole = readFileSync(last)
    for (let sizeBytes = whole.length; sizeBytes > 0; sizeBytes -= 7) {
      writeFileSync(last, whole)
      truncateSync(last, sizeBytes)
      const before = await readAll(createJournalReader(scratch.folder), 1000)
      using writer = openJournalWriter(scratch.folder, small)
      writer.append([output('next')], 9)
      const after = await readAll(createJournalReader(scratch.folder), 1000)
      assert.equal(textOf(after), `${textOf(before)}next`)
      assert.equal(after.at(-1)?.seq, before.length + 1)
    }
  })

  it('cuts off what a machine without power has left as zeros', async () => {
    using scratch = openScratch()
    {
      using writer = openJournalWriter(scratch.folder)
      writer.append([output('a')], 1)
    }
    appendFileSync(join(scratch.folder, readdirSync(scratch.folder)[0] ?? ''), Buffer.alloc(500))
    using writer = openJournalWriter(scratch.folder)
    assert.equal(writer.lastSeq, 1)
    writer.append([output('b')], 2)
    assert.equal(textOf(await readAll(createJournalReader(scratch.folder), 10)), 'ab')
  })
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Client } from '../protocol/client.ts'
import { type JournalRecord, type KernelMethods, parseExecutionId, parseKernelId } from '../protocol/kernels.ts'
import { followExecution } from './follow-execution.ts'

const kernelId = parseKernelId('a'.repeat(32)) ?? assert.fail()
const executionId = parseExecutionId('b'.repeat(32)) ?? assert.fail()

type Page = KernelMethods['kernels/read']['result']

/** Answers with these pages, and keeps after which records it was asked. */
function newClient(pages: readonly Page[]) {
  const asked: number[] = []
  const left = [...pages]
  const call = (_: string, { after }: { after: number }) => {
    asked.push(after)
    return Promise.resolve(left.shift() ?? assert.fail('asked for more than there is'))
  }
  // SAFETY: it is asked for pages of a journal alone.
  return { asked, client: { call } as unknown as Pick<Client, 'call'> }
}

function say(seq: number): JournalRecord {
  return { seq, at: 0, kind: 'output', executionId, output: { kind: 'stream', name: 'stdout', text: `${seq}` } }
}

const execution = { executionId, firstSeq: 2, status: 'running' } as const

const ended: JournalRecord = { seq: 9, at: 0, kind: 'ended', executionId, status: 'ok' }

it('an execution is followed from page to page until it has ended, and nothing is asked afterwards', async () => {
  const none = { hasMore: false, droppedCount: 0 }
  const { client, asked } = newClient([
    { ...none, records: [say(3), say(4)], next: 4 },
    { ...none, records: [], next: 6 },
    { ...none, records: [say(8), ended], next: 9 },
  ])
  const records = await Array.fromAsync(followExecution(client, kernelId, execution))
  assert.deepEqual(
    records.map(({ seq }) => seq),
    [3, 4, 8, 9],
  )
  assert.deepEqual(asked, [1, 4, 6])
})

it('whoever follows is told that records are gone, before those that are left', async () => {
  const { client, asked } = newClient([{ records: [say(8), ended], next: 9, hasMore: false, droppedCount: 6 }])
  const told: unknown[] = []
  const options = { after: 2, onDropped: (count: number) => told.push(`${count} dropped`) }
  for await (const { seq } of followExecution(client, kernelId, execution, options)) told.push(seq)
  assert.deepEqual(told, ['6 dropped', 8, 9])
  assert.deepEqual(asked, [2])
})

it('one that has ended is not waited for, even if its end is not kept any more', async () => {
  const { client } = newClient([
    { records: [say(8)], next: 8, hasMore: true, droppedCount: 3 },
    { records: [], next: 20, hasMore: false, droppedCount: 0 },
  ])
  const over = { ...execution, status: 'ok' } as const
  const records = await Array.fromAsync(followExecution(client, kernelId, over))
  assert.deepEqual(
    records.map(({ seq }) => seq),
    [8],
  )
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobExit } from '../../protocol/jobs.ts'
import type { AttemptKey } from '../target.ts'
import type { FolderState } from './job-folders.ts'
import type { AccountEntry } from './slurm-accounts.ts'
import type { QueueEntry } from './slurm-queue.ts'
import { liveStatus, settledStatus } from './slurm-status.ts'

// SAFETY: 32 hex digits and a number, as the type says.
const key = `${'a'.repeat(32)}-1` as AttemptKey
const entry = (state: string, more: Partial<QueueEntry> = {}): QueueEntry => ({
  jobId: '1',
  state,
  submittedAt: 1000,
  reason: 'None',
  key,
  ...more,
})
const end = (cause: JobExit['cause'], exitCode: number | null = 0): JobExit => ({
  exitCode,
  signal: null,
  cause,
  endedAt: 9000,
})
const account = (exit: JobExit): AccountEntry => ({
  jobId: '1',
  key,
  state: '',
  submittedAt: 1000,
  startedAt: 2000,
  exit,
})
const record = (cause: JobExit['cause'], exitCode: number | null = 0): FolderState => ({
  state: 'ended',
  record: { ...end(cause, exitCode), startedAt: 3000 },
})
const claimed: FolderState = { state: 'claimed', startedAt: 3000, isAlive: false }
const unclaimed: FolderState = { state: 'unclaimed', hasFolder: true }

describe('an attempt in the queue of Slurm', () => {
  it('waits, runs, or is no more alive', () => {
    assert.deepEqual(liveStatus([entry('R', { startsAt: 2000 })]), { state: 'running', startedAt: 2000 })
    assert.equal(liveStatus([entry('PD', { reason: 'Resources' })])?.state, 'waiting')
    assert.deepEqual(liveStatus([entry('CF')]), { state: 'waiting', reason: 'waits for its nodes to be prepared' })
    assert.deepEqual(
      ['CG', 'CD', 'F', 'CA', 'TO', 'NF'].map((state) => liveStatus([entry(state)])),
      Array(6).fill(undefined),
    )
    assert.equal(liveStatus([]), undefined)
  })

  it('runs if one of its two jobs does, after a submission that left doubt', () => {
    assert.equal(liveStatus([entry('F'), entry('PD'), entry('R')])?.state, 'running')
  })
})

describe('an attempt that Slurm does not run any more', () => {
  const settled = (folder: FolderState, accounts: AccountEntry[] = [], queue: QueueEntry[] = []) => {
    const status = settledStatus({ folder, accounts, queue })
    return status?.state === 'ended' ? [status.exit.cause, status.exit.exitCode, status.startedAt] : status?.state
  }

  it('ended as the wrapper says, whatever Slurm thinks', () => {
    assert.deepEqual(settled(record('exited', 7), [account(end('cancelled'))]), ['exited', 7, 3000])
    assert.deepEqual(settled(record('time-limit', null), [], [entry('CG')]), ['time-limit', null, 3000])
  })

  it('ended as Slurm says where the wrapper only knows that somebody sent it a signal', () => {
    assert.deepEqual(settled(record('preempted', null), [account(end('time-limit'))]), ['time-limit', null, 3000])
    assert.deepEqual(settled(record('preempted', null), [account(end('cancelled'))]), ['cancelled', null, 3000])
    assert.deepEqual(settled(record('preempted', 143), [account(end('exited', 143))]), ['preempted', 143, 3000])
    assert.deepEqual(settled(record('preempted', null)), ['preempted', null, 3000])
    assert.equal(settled(record('preempted'), [], [entry('CG')]), 'running')
  })

  it('ended as the accounts say where there is no record, and as the queue says where there are none', () => {
    assert.deepEqual(settled(claimed, [account(end('out-of-memory', null))]), ['out-of-memory', null, 3000])
    assert.deepEqual(settled(unclaimed, [account(end('cancelled'))]), ['cancelled', 0, 2000])
    assert.deepEqual(settled(claimed, [], [entry('TO')]), ['time-limit', null, 3000])
    assert.deepEqual(settled(claimed, [], [entry('CD')]), ['exited', 0, 3000])
  })

  it('ended as the queue says where the accounts still are at its start, or at an earlier one', () => {
    const { exit: _exit, ...open } = account(end('exited'))
    const earlier = account(end('preempted', null))
    assert.deepEqual(settled(record('preempted', null), [earlier, open], [entry('CA')]), ['cancelled', null, 3000])
    assert.deepEqual(settled(claimed, [earlier, open], [entry('OOM')]), ['out-of-memory', null, 3000])
    assert.equal(settled(claimed, [earlier, open]), undefined)
    assert.equal(settled(claimed, [open], [entry('F')]), undefined, 'the exit code is to come')
    assert.equal(settled(claimed, [], [entry('F')]), undefined, 'the accounts themselves are to come')
    const late = settledStatus({ folder: claimed, accounts: [], queue: [entry('F')], isLate: true })
    assert.equal(late?.state === 'ended' && late.exit.cause, 'exited')
  })

  it('is lost when a second start was refused and the first one left no record', () => {
    assert.deepEqual(settled(claimed, [account(end('exited', 75))]), ['lost', 75, 3000])
    assert.deepEqual(settled(unclaimed, [account(end('exited', 75))]), ['exited', 75, 2000])
  })

  it('is unknown, and no more, when Slurm has cancelled it and nobody asked for that', () => {
    const { exit: _exit, ...nobody } = account(end('cancelled'))
    assert.equal(settled(unclaimed, [{ ...nobody, state: 'CANCELLED' }], [entry('CA')]), undefined)
  })

  it('is unknown to all when none of them knows an end', () => {
    assert.equal(settled(claimed), undefined)
  })

  it('runs until Slurm has cleaned up after it, though its accounts are closed', () => {
    assert.equal(settled(claimed, [], [entry('CG')]), 'running')
    assert.equal(settled(claimed, [account(end('cancelled', null))], [entry('CG')]), 'running')
  })
})

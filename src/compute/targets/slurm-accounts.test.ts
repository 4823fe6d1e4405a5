import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { accountCommand, parseAccounts } from './slurm-accounts.ts'

/** As Slurm 22.05 wrote it. */
const recorded = `24|COMPLETED|0:0|1795554095|1795554102|1795554426|hi-1
25|RUNNING|0:0|1795554499|1795554499|Unknown|00000000000000000000000000000001-1
28|CANCELLED by 0|0:0|1795554500|None|1795554502|00000000000000000000000000000004-1
29|PENDING|0:0|1795554500|Unknown|Unknown|00000000000000000000000000000005-1
37|TIMEOUT|0:0|1795554500|1795554501|1795554562|0000000000000000000000000000000d-1
42|CANCELLED|0:0|1795557725|1795557728|1795557728|0000000000000000000000000000000c-1
38|PENDING|0:0|1795554500|Unknown|Unknown|my | own
19|FAILED|7:0|1795554093|1795554093|1795554093|00000000000000000000000000000009-1
20|FAILED|0:9|1795554093|1795554093|1795554093|0000000000000000000000000000000a-1
22|PREEMPTED|0:0|1795554093|1795554093|1795554102|0000000000000000000000000000000e-2
`

describe('the accounts of Slurm', () => {
  it('tell how each of our jobs ended, by the job and attempt that it is named after', () => {
    const ends = parseAccounts(recorded).map(({ jobId, key, exit }) => [jobId, key.replace(/^0+/, ''), exit?.cause])
    assert.deepEqual(ends, [
      ['25', '1-1', undefined],
      ['28', '4-1', 'cancelled'],
      ['29', '5-1', undefined],
      ['37', 'd-1', 'time-limit'],
      // By nobody: a controller that had started anew.
      ['42', 'c-1', undefined],
      ['19', '9-1', 'exited'],
      ['20', 'a-1', 'exited'],
      ['22', 'e-2', 'preempted'],
    ])
  })

  it('tell exit code and signal apart', () => {
    const [failed, killed] = parseAccounts(recorded).slice(5)
    assert.deepEqual(failed?.exit, { exitCode: 7, signal: null, cause: 'exited', endedAt: 1_795_554_093_000 })
    assert.deepEqual(killed?.exit, { exitCode: null, signal: 'SIGKILL', cause: 'exited', endedAt: 1_795_554_093_000 })
  })

  it('tell when a job began, unless it never did', () => {
    const [running, cancelled] = parseAccounts(recorded)
    assert.equal(running?.startedAt, 1_795_554_499_000)
    assert.equal(cancelled?.startedAt, undefined)
  })

  it('are asked once for many', () => {
    assert.equal(accountCommand(['1', '2']).join(' ').includes('-j 1,2 '), true)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseQueue } from './slurm-queue.ts'

/** As Slurm 22.05 wrote it. */
const recorded = `40|CA|1795554500|1795554502|1795554502|Priority|0000000000000000000000000000000f-1
24|CD|1795554095|1795554102|1795554426|None|hi-1
30|PD|1795554500|1795558100|NONE|BeginTime|00000000000000000000000000000006-1
38|PD|1795554500|N/A|N/A|JobHeldUser|my | own
25|R|1795554499|1795554499|1795554799|None|00000000000000000000000000000001-1
39|PD|1795554500|N/A|N/A|Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions|0000000000000000000000000000000e-1
`

describe('the queue of Slurm', () => {
  it('is read with its times, and without the jobs that are not named by a key', () => {
    assert.deepEqual(
      parseQueue(recorded).map(({ jobId, key }) => `${jobId} ${key.replace(/^0+/, '')}`),
      ['40 f-1', '30 6-1', '25 1-1', '39 e-1'],
    )
    assert.deepEqual(parseQueue(recorded)[1], {
      jobId: '30',
      state: 'PD',
      submittedAt: 1_795_554_500_000,
      startsAt: 1_795_558_100_000,
      reason: 'BeginTime',
      key: '00000000000000000000000000000006-1',
    })
    assert.deepEqual(parseQueue(recorded)[3]?.reason, recorded.split('\n')[5]?.split('|')[5])
  })

  it('of nobody is empty', () => {
    assert.deepEqual(parseQueue(''), [])
  })
})

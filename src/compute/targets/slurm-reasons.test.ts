import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explainWaiting } from './slurm-reasons.ts'

describe('why a job waits in Slurm', () => {
  it("is said in words, with Slurm's own beside them", () => {
    const words: [reason: string, words: string][] = [
      ['Resources', 'is the next in line and waits for nodes to become free (Resources)'],
      ['Priority', 'waits behind jobs of higher priority (Priority)'],
      ['QOSMaxJobsPerUserLimit', 'waits for a limit of its QOS (QOSMaxJobsPerUserLimit)'],
      ['AssocGrpGRES', "waits for a limit of its user's account (AssocGrpGRES)"],
      ['PartitionNodeLimit', 'asks for more nodes than the partition allows; it will not start (PartitionNodeLimit)'],
      [
        'ReqNodeNotAvail, UnavailableNodes:n1',
        'waits for nodes that are not available (ReqNodeNotAvail, UnavailableNodes:n1)',
      ],
      ['SomethingNew', 'waits (SomethingNew)'],
      ['None', 'waits for the scheduler to look at it'],
    ]
    for (const [reason, expected] of words) assert.equal(explainWaiting({ reason }), expected)
  })

  it('says when the scheduler means to begin it', () => {
    const startsAt = new Date(2026, 10, 24, 14, 20).getTime()
    assert.match(explainWaiting({ reason: 'Priority', startsAt }), /; expected at 2026-11-24 14:20$/)
  })
})

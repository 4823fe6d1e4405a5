import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explainRefusal } from './slurm-commands.ts'

/** As Slurm 22.05 said them. */
const refused = [
  'sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified',
  'sbatch: error: Batch job submission failed: Requested node configuration is not available',
  'sbatch: error: Memory specification can not be satisfied',
]
const doubtful = [
  'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)',
  'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation',
  '',
]

describe('a failed submission to Slurm', () => {
  it('is refused for good only when Slurm says so', () => {
    for (const said of refused) assert.equal(explainRefusal('here', said).code, 'INVALID_PARAMETER_VALUE', said)
    for (const said of doubtful) assert.equal(explainRefusal('here', said).code, 'TEMPORARILY_UNAVAILABLE', said)
  })

  it('is told in its own words', () => {
    assert.equal(
      explainRefusal('here', refused[1] ?? '').message,
      'Slurm on here refuses the job: Batch job submission failed: Requested node configuration is not available',
    )
  })
})

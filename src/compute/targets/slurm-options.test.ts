import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobResources, JobSpec } from '../../protocol/jobs.ts'
import type { AttemptKey } from '../target.ts'
import type { PartitionPart } from './slurm-capacity.ts'
import { attemptWords, resourceWords } from './slurm-options.ts'

const part: PartitionPart = {
  partition: 'small',
  isDefault: false,
  isUp: true,
  timeLimitSeconds: 60,
  nodes: 1,
  cpus: 8,
  memoryBytes: 2 ** 30,
  gpus: 1,
}

describe('what sbatch is told', () => {
  it('is what the job asks for, and what the cluster needs', () => {
    const resources = { gpus: 2, cpus: 4, memoryBytes: 2 ** 30, timeLimitSeconds: 600, nodes: 2 }
    const options = { partition: 'gpu', account: 'lab', qos: 'high', gpuType: 'a100', extra: ['--constraint=ib'] }
    assert.deepEqual(resourceWords(resources, options), [
      '--nodes=2',
      '--ntasks-per-node=1',
      '--partition=gpu',
      '--account=lab',
      '--qos=high',
      '--gres=gpu:a100:2',
      '--cpus-per-task=4',
      '--mem=1088M',
      '--time=11',
      '--constraint=ib',
    ])
    assert.deepEqual(resourceWords({}, {}), ['--nodes=1', '--ntasks-per-node=1'])
  })

  it("leaves the end at a limit to the wrapper, but never asks for more than the partition's", () => {
    const timeOf = (timeLimitSeconds: number, limit?: PartitionPart) =>
      resourceWords({ timeLimitSeconds }, {}, limit).find((word) => word.startsWith('--time'))
    assert.deepEqual(
      [timeOf(1), timeOf(15), timeOf(16), timeOf(60, part)],
      ['--time=1', '--time=1', '--time=2', '--time=1'],
    )
  })

  it('asks for a signal before the end, and to start it again where the wrapper lets it', () => {
    const key = `${'a'.repeat(32)}-1` as AttemptKey
    const words = (resources: JobResources, limit?: PartitionPart) =>
      attemptWords(key, { resources } as JobSpec, limit).slice(-2)
    assert.deepEqual(words({}), ['--signal=B:USR1@120', '--requeue'])
    assert.deepEqual(words({ timeLimitSeconds: 3600 }), ['--signal=B:USR1@180', '--requeue'])
    assert.deepEqual(words({ timeLimitSeconds: 60 }, part), ['--signal=B:USR1@12', '--requeue'])
  })
})

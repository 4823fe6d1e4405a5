import assert from 'node:assert/strict'
import { it } from 'node:test'
import { world } from './world.ts'

it('the world of a process is what its launcher has set', () => {
  assert.deepEqual(world({}), {
    rank: 0,
    size: 1,
    localRank: 0,
    localSize: undefined,
    nodeRank: 0,
    mainAddress: '127.0.0.1',
    mainPort: 20_000,
    isMain: true,
  })
  const torchrun = { RANK: '5', WORLD_SIZE: '8', LOCAL_RANK: '1', LOCAL_WORLD_SIZE: '4', GROUP_RANK: '1' }
  const found = world({ ...torchrun, MASTER_ADDR: 'gpu01', MASTER_PORT: '29500' })
  assert.deepEqual(
    [found.rank, found.size, found.localRank, found.nodeRank, found.mainAddress, found.mainPort, found.isMain],
    [5, 8, 1, 1, 'gpu01', 29_500, false],
  )
  const slurm = world({
    SLURM_PROCID: '3',
    SLURM_STEP_NUM_TASKS: '4',
    SLURM_LOCALID: '1',
    SLURM_NODEID: '1',
    SLURM_JOB_ID: '12345',
  })
  assert.deepEqual([slurm.rank, slurm.localRank, slurm.nodeRank, slurm.mainPort], [3, 1, 1, 22_345])
  assert.throws(() => world({ RANK: '8', WORLD_SIZE: '8' }), /Rank 8 .* does not fit/)
  assert.throws(() => world({ RANK: 'x', WORLD_SIZE: '8' }), /RANK is "x"/)
})

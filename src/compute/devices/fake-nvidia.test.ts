import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createDeviceSource } from './detect-devices.ts'
import { type FakeUse, fakeNvidiaSmi, parseFakeGpus } from './fake-nvidia.ts'

const gib = 2 ** 30

describe('pretended GPUs', () => {
  it('are named by their number, size and what someone else uses of them', () => {
    const gpus = parseFakeGpus('2x24G, 80G+10G')
    assert.deepEqual(
      gpus.map(({ memoryMebibytes, foreignMebibytes }) => [memoryMebibytes / 1024, foreignMebibytes / 1024]),
      [
        [24, 0],
        [24, 0],
        [80, 10],
      ],
    )
    assert.equal(new Set(gpus.map(({ uuid }) => uuid)).size, 3)
  })

  it('are refused in any other form', () => {
    for (const text of ['', '8', '8x', '24', 'x24G', '8x24G;', '65x1G', '1x24M']) {
      assert.throws(() => parseFakeGpus(text), { code: 'INVALID_PARAMETER_VALUE' }, text)
    }
  })

  it('are read as real ones, and their memory and utilization follow the leases', async () => {
    const gpus = parseFakeGpus('3x24G,24G+4G')
    const [alone = '', shared = ''] = gpus.map(({ uuid }) => uuid)
    let uses: readonly FakeUse[] = []
    const source = createDeviceSource(
      fakeNvidiaSmi(gpus, () => uses),
      'linux',
    )
    const look = async () =>
      (await source.read())?.devices.map(({ memoryUsedBytes = -1, utilizationPercent, processes }) => [
        Math.round(memoryUsedBytes / gib),
        utilizationPercent,
        processes?.map(({ pid }) => pid),
      ])
    assert.deepEqual(await look(), [
      [0, 0, []],
      [0, 0, []],
      [0, 0, []],
      [4, 30, [4_194_305]],
    ])
    uses = [
      { gpus: [alone], pid: 10 },
      { gpus: [shared], gpuMemoryBytes: 8 * gib, pid: 11 },
      { gpus: [shared], gpuMemoryBytes: 4 * gib },
    ]
    assert.deepEqual((await look())?.slice(0, 3), [
      [22, 95, [10]],
      [12, 60, [11]],
      [0, 0, []],
    ])
    uses = Array.from({ length: 5 }, () => ({ gpus: [shared], gpuMemoryBytes: gib }))
    assert.deepEqual((await look())?.[1], [5, 100, []])
  })
})

it('a tool that is not installed is asked for once', async () => {
  const asked: string[] = []
  const source = createDeviceSource((program) => {
    asked.push(program)
    return Promise.resolve(undefined)
  }, 'linux')
  for (let i = 0; i < 3; i++) assert.deepEqual(await source.read(), { devices: [], problems: [] })
  assert.deepEqual(asked, ['nvidia-smi', 'rocm-smi'])
})

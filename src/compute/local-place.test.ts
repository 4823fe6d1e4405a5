import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fakeNvidiaSmi, parseFakeGpus } from './devices/fake-nvidia.ts'
import { createNvidiaSource } from './devices/nvidia-source.ts'
import { createLocalPlace } from './local-place.ts'
import { openScratchCompute } from './scratch-compute.ts'
import type { ScratchTarget } from './scratch-target.ts'

const gibibyte = 2 ** 30

it('jobs get the GPUs that fit them, share one by memory, and are told when it may be free', async () => {
  const source = createNvidiaSource(fakeNvidiaSmi(parseFakeGpus('24G,8G'), () => []))
  await using scratch = await openScratchCompute({
    toPlace: (target: ScratchTarget) =>
      createLocalPlace({
        target,
        source,
        cpus: 8,
        memoryBytes: 64 * gibibyte,
        now: Date.now,
        findOwner: () => undefined,
      }),
  })
  await assert.rejects(scratch.launch(['true'], { resources: { gpuMemoryBytes: 40 * gibibyte } }), {
    code: 'INVALID_PARAMETER_VALUE',
    message: /^The job asks for .*40 GiB/,
  })
  const launch = (gigabytes: number) =>
    scratch.launch(['sh', '-c', 'sleep 20'], { resources: { gpus: 1, gpuMemoryBytes: gigabytes * gibibyte } })
  const isRunning = ({ status }: { status: string }) => status === 'running'
  const [one, two] = [await launch(10), await launch(10)]
  const placed = await Promise.all([one, two].map(({ jobId }) => scratch.until(jobId, isRunning)))
  const { devices } = await scratch.compute().listDevices()
  const [large, small] = devices.map(({ uuid }) => uuid)
  assert.deepEqual(
    placed.map(({ attempts }) => attempts[0]?.gpus),
    [[large], [large]],
  )
  assert.deepEqual(
    devices.map(({ state }) => state),
    ['shared by 2 jobs', 'free'],
  )
  const third = await launch(6)
  assert.deepEqual((await scratch.until(third.jobId, isRunning)).attempts[0]?.gpus, [small])
  const fourth = await launch(20)
  assert.match((await scratch.until(fourth.jobId, ({ reason }) => reason !== '')).reason, /waits for 20 GiB on one GPU/)
  await scratch.compute().cancel(one.jobId)
  await scratch.compute().cancel(two.jobId)
  assert.deepEqual((await scratch.until(fourth.jobId, isRunning)).attempts[0]?.gpus, [large])
})

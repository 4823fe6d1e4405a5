import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TargetElement } from './element.ts'
import { presentCompute } from './target-presentation.ts'
import { newJobId } from './test-jobs.ts'

const gpu = (state: string) => ({ uuid: `GPU-${state}`, name: 'NVIDIA H100', users: [], state })

const local: TargetElement = {
  kind: 'target',
  id: 't',
  connectionId: 'folder0',
  folder: undefined,
  target: { name: 'local', kind: 'local', cpus: 16, memoryBytes: 2 ** 36, gpus: 2, queuedCount: 3, runningCount: 1 },
  devices: [gpu('free'), gpu('used by one job')],
  problems: [],
}

describe('a target', () => {
  it('says what is free and what goes on', () => {
    const { description, spoken, collapsible, tooltip } = presentCompute(local)
    assert.equal(description, '1 of 2 GPUs free · 1 running · 3 waiting')
    assert.equal(spoken, 'Target local, 1 of 2 GPUs free, 1 running, 3 waiting')
    assert.equal(collapsible, 'expanded')
    assert.match(tooltip ?? '', /16 CPUs · 64 GiB of memory/)
  })

  it('without devices that are known says what it has', () => {
    const slurm = { name: 'slurm', kind: 'slurm', gpus: 32, queuedCount: 0, runningCount: 0, parts: ['long'] }
    const shown = presentCompute({ ...local, target: slurm, devices: [] })
    assert.deepEqual([shown.description, shown.collapsible, shown.context], ['32 GPUs', 'none', 'target slurm'])
    const { gpus: _, ...bare } = slurm
    assert.equal(presentCompute({ ...local, target: { ...bare, cpus: 8 }, devices: [] }).description, '8 CPUs')
  })

  it('that cannot be used says why and nothing else', () => {
    const target = { ...local.target, trouble: 'gpu1 does not answer' }
    const shown = presentCompute({ ...local, target })
    assert.deepEqual([shown.description, shown.icon?.name], ['gpu1 does not answer', 'warning'])
  })
})

it('a GPU says what it is used for and how much', () => {
  const device = {
    ...gpu('used by one job'),
    utilizationPercent: 87.4,
    memoryUsedBytes: 2 ** 34,
    memoryTotalBytes: 80 * 2 ** 30,
    temperatureCelsius: 61,
  }
  const shown = presentCompute({ kind: 'device', id: 'd', target: local, device, jobNames: new Map() })
  assert.equal(shown.description, 'used by one job · 87 % · 16 GiB of 80 GiB · 61 °C')
  assert.equal(shown.spoken, 'GPU NVIDIA H100, used by one job, 87 %, 16 GiB of 80 GiB, 61 °C')
})

it('a GPU names the jobs that have it, and says of other programs that they are there', () => {
  const [jobId, other] = [newJobId(1), newJobId(2)]
  const users = [{ jobId, pid: 7, memoryBytes: 2 ** 34 }, { jobId, pid: 8 }, { jobId: other }, { pid: 9 }]
  const device = { ...gpu('shared by 2 jobs and another program'), users }
  const jobNames = new Map([
    [jobId, 'wide net'],
    [other, 'deep net'],
  ])
  const shown = presentCompute({ kind: 'device', id: 'd', target: local, device, jobNames })
  assert.equal(shown.description, 'wide net, deep net')
  assert.match(shown.tooltip ?? '', /Job wide net, 16 GiB of memory, process 7/)
  assert.match(shown.tooltip ?? '', /another program, process 9/)
})

import type { JobResources } from '../../protocol/jobs.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { localize } from '../localize.ts'
import { formatDuration } from '../tree/format.ts'

/** What a job asks for, short: `1 GPU with 24 GiB, 4 CPUs, at most 2h 0m`; empty when nothing is asked for. */
export function describeResources(resources: JobResources): string {
  const { gpus, gpuMemoryBytes, cpus, memoryBytes, timeLimitSeconds, nodes } = resources
  const parts = [
    gpus === undefined ? '' : describeGpus(gpus, gpuMemoryBytes),
    cpus === undefined ? '' : localize('{count, plural, one {# CPU} other {# CPUs}}', { count: cpus }),
    memoryBytes === undefined ? '' : localize('{size} of memory', { size: formatSize(memoryBytes) }),
    nodes === undefined ? '' : localize('{count, plural, one {# node} other {# nodes}}', { count: nodes }),
    timeLimitSeconds === undefined
      ? ''
      : localize('at most {duration}', { duration: formatDuration(timeLimitSeconds * 1000) }),
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function describeGpus(count: number, memoryBytes: number | undefined): string {
  const gpus = localize('{count, plural, one {# GPU} other {# GPUs}}', { count })
  return memoryBytes === undefined ? gpus : localize('{gpus} with {size}', { gpus, size: formatSize(memoryBytes) })
}

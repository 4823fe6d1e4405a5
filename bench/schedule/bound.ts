import type { PlannedDevice } from '../../src/compute/devices/machine.ts'
import type { TracedJob } from '../../src/compute/devices/simulate.ts'
import { maximize } from './simplex.ts'

/** After so many arrivals one is taken as the moment from which the rest is bounded. Any would be valid. */
const stride = 10

/**
 * No schedule ends before this, not even one that knows all jobs beforehand: milliseconds on the trace's clock.
 *
 * From each arrival on, the work of the jobs that are still to come must be done by the GPUs, even if jobs could be cut
 * to pieces, gangs torn apart and all of it moved about freely. What one GPU can do at a time is one of its
 * configurations: a job alone, or as many shares as its memory holds (the configuration linear program, Gilmore and
 * Gomory 1961, by its dual: each kind of job gets a price, no configuration of a GPU is worth more than the GPU, and
 * all GPUs together are worth one). No job ends before it could have run by itself, either.
 */
export function boundEnd(trace: readonly TracedJob[], devices: readonly PlannedDevice[]): number {
  const memories = [...new Set(trace.map(({ resources }) => resources.gpuMemoryBytes))]
  const sizes = [...Map.groupBy(devices, ({ capacityBytes }) => capacityBytes)]
  const rows = sizes.flatMap(([capacityBytes], size) =>
    listConfigurations(memories, capacityBytes).map((counts) => [
      ...counts,
      ...sizes.map((_, at) => (at === size ? -1 : 0)),
    ]),
  )
  const worth = [...memories.map(() => 0), ...sizes.map(([, same]) => same.length)]
  const work = memories.map(() => 0)
  let bound = Math.max(...trace.map(({ createdAt, durationMs }) => createdAt + durationMs))
  for (const [index, { createdAt, durationMs, resources }] of trace
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .entries()) {
    const kind = memories.indexOf(resources.gpuMemoryBytes)
    work[kind] = (work[kind] ?? 0) + durationMs * (resources.gpus ?? 1)
    if (index % stride !== 0 && index !== trace.length - 1) continue
    const owed = maximize([...work, ...sizes.map(() => 0)], [...rows, worth], [...rows.map(() => 0), 1])
    bound = Math.max(bound, createdAt + owed)
  }
  return bound
}

/** How many jobs of each memory a GPU can run at once: those to which nothing can be added. Undefined has it alone. */
export function listConfigurations(
  memories: readonly (number | undefined)[],
  capacityBytes: number,
): readonly (readonly number[])[] {
  const alone = memories.flatMap((memory, at) =>
    memory === undefined ? [memories.map((_, index) => (index === at ? 1 : 0))] : [],
  )
  const extend = (counts: readonly number[], from: number, free: number): (readonly number[])[] => {
    const larger = memories.flatMap((memory, at) =>
      memory === undefined || memory > free || at < from
        ? []
        : extend(
            counts.map((count, index) => (index === at ? count + 1 : count)),
            at,
            free - memory,
          ),
    )
    return larger.length > 0 ? larger : [counts]
  }
  return [
    ...alone,
    ...extend(
      memories.map(() => 0),
      0,
      capacityBytes,
    ),
  ]
}

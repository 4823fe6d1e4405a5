import { RunwrightError } from '../../protocol/errors.ts'
import type { JobResources } from '../../protocol/jobs.ts'
import { formatGib } from './host-capacity.ts'
import type { PartitionPart } from './slurm-capacity.ts'

/**
 * Whether a partition could ever run a job. Slurm itself takes some that could not, and lets them wait for good.
 *
 * @param parts of the partition that the job goes to, one or more
 * @throws INVALID_PARAMETER_VALUE
 */
export function checkPartition(resources: JobResources, parts: readonly PartitionPart[]): void {
  const { gpus = 0, cpus = 0, memoryBytes = 0, nodes = 1, timeLimitSeconds = 0 } = resources
  const name = parts[0]?.partition ?? ''
  const most = (of: (part: PartitionPart) => number) => Math.max(...parts.map(of))
  const limits: readonly [isOver: boolean, has: string, asks: string][] = [
    [parts.every(({ isUp }) => !isUp), 'is out of service', 'to run there'],
    [nodes > sum(parts), `has ${sum(parts)} nodes`, `for ${nodes}`],
    [
      nodes > most((part) => part.maxNodes ?? Infinity),
      `gives a job ${most((part) => part.maxNodes ?? 0)} nodes at most`,
      `for ${nodes}`,
    ],
    [
      gpus > most((part) => part.gpus),
      `has nodes with ${most((part) => part.gpus)} GPUs at most`,
      `for ${gpus} on each`,
    ],
    [
      cpus > most((part) => part.cpus),
      `has nodes with ${most((part) => part.cpus)} CPUs at most`,
      `for ${cpus} on each`,
    ],
    [
      memoryBytes > most((part) => part.memoryBytes),
      `has nodes with ${formatGib(most((part) => part.memoryBytes))} at most`,
      `for ${formatGib(memoryBytes)} on each`,
    ],
    [
      timeLimitSeconds > most((part) => part.timeLimitSeconds ?? Infinity),
      `allows ${most((part) => part.timeLimitSeconds ?? 0)} seconds`,
      `for ${timeLimitSeconds}`,
    ],
  ]
  const over = limits.find(([isOver]) => isOver)
  if (over === undefined) return
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `The partition "${name}" ${over[1]}, and the job asks ${over[2]}.`,
    {
      hint: 'Ask for less, or choose another partition in runwright.yaml.',
    },
  )
}

function sum(parts: readonly PartitionPart[]): number {
  return parts.reduce((all, { nodes }) => all + nodes, 0)
}

import { gibibyte, toDevices, toExperimentId, toJobId } from '../../src/compute/devices/scratch-jobs.ts'
import type { TracedJob } from '../../src/compute/devices/simulate.ts'

/** Eight GPUs of three sizes. */
export const machine = {
  devices: toDevices(24, 24, 24, 24, 48, 48, 80, 80),
  cpus: 128,
  memoryBytes: 1024 * gibibyte,
}

/** How many of a hundred jobs want so much; `memory` in GiB, and without it the GPU alone. */
const kinds: readonly { readonly parts: number; readonly gpus: number; readonly memory?: number }[] = [
  { parts: 50, gpus: 1 },
  { parts: 10, gpus: 2 },
  { parts: 4, gpus: 4 },
  { parts: 1, gpus: 8 },
  { parts: 12, gpus: 1, memory: 8 },
  { parts: 10, gpus: 1, memory: 16 },
  { parts: 7, gpus: 1, memory: 40 },
  { parts: 4, gpus: 1, memory: 70 },
  { parts: 2, gpus: 2, memory: 40 },
]

const minuteMs = 60_000

/**
 * Jobs that arrive at random (a Poisson process) at the rate at which the machine could just do the work, of 1 to 120
 * minutes (log-normal about ten), seven in ten with a time limit of 1.1 to 3 times what they take, in five experiments.
 * The same seed gives the same jobs.
 */
export function drawTrace(count: number, seed: number): readonly TracedJob[] {
  const random = createRandom(seed)
  const drawn = Array.from({ length: count }, () => ({
    kind: drawKind(random),
    durationMs: drawDuration(random),
    gap: -Math.log(1 - random()),
  }))
  const work = drawn.reduce((sum, { kind, durationMs }) => sum + durationMs * sizeOf(kind), 0)
  const meanGapMs = work / machine.devices.length / count
  let createdAt = 0
  return drawn.map(({ kind, durationMs, gap }, index) => {
    createdAt += gap * meanGapMs
    const hasLimit = random() < 0.7
    const timeLimitSeconds = Math.ceil((durationMs / 1000) * (1.1 + 1.9 * random()))
    return {
      jobId: toJobId(index + 1),
      experimentId: toExperimentId(Math.floor(random() * 5)),
      priority: 0,
      createdAt: Math.round(createdAt),
      durationMs,
      resources: {
        gpus: kind.gpus,
        ...(kind.memory === undefined ? {} : { gpuMemoryBytes: kind.memory * gibibyte }),
        ...(hasLimit ? { timeLimitSeconds } : {}),
      },
    }
  })
}

type Kind = (typeof kinds)[number]

function drawKind(random: () => number): Kind {
  let left = random() * kinds.reduce((sum, { parts }) => sum + parts, 0)
  const kind = kinds.find(({ parts }) => (left -= parts) < 0) ?? kinds[0]
  if (kind === undefined) throw new Error('There are no kinds of jobs.')
  return kind
}

function drawDuration(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.round(Math.min(120, Math.max(1, 10 * Math.exp(normal))) * minuteMs)
}

/** GPU time of all jobs, in milliseconds of one GPU. */
export function sumWork(trace: readonly TracedJob[]): number {
  return trace.reduce((sum, { durationMs, resources }) => {
    const memory = resources.gpuMemoryBytes
    return sum + durationMs * sizeOf({ gpus: resources.gpus ?? 0, memory: memory && memory / gibibyte })
  }, 0)
}

/** GPUs that a job takes up. A share counts as the part of the largest GPU that it needs. */
function sizeOf({ gpus, memory }: { readonly gpus: number; readonly memory?: number | undefined }): number {
  return memory === undefined ? gpus : (gpus * memory) / 80
}

/** Mulberry32 by Tommy Ettinger: 32 bits of state, good enough to draw jobs by. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

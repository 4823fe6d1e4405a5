import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark, Sample } from './benchmark.ts'
import { type Result, toResult } from './result.ts'
import { planTurns, type Side } from './turns.ts'

/** Enough for a median that one odd sample does not move. */
const repetitions = 5

export interface RunOptions {
  /** One repetition over small sizes, without warming up. */
  readonly isQuick: boolean
  /** Told what is being done. */
  report(line: string): void
  /** Stops between two samples, with everything that was started. */
  readonly signal: AbortSignal
}

/** Measures both sides in turn. The first sample of each warms it up and does not count. */
export async function runBenchmark(benchmark: Benchmark, options: RunOptions): Promise<readonly Result[]> {
  const { isQuick, report, signal } = options
  const folder = await mkdtemp(join(tmpdir(), 'runwright-bench-'))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  report(`${benchmark.name}: opening`)
  const sides = cleanup.use(await benchmark.open({ isQuick, folder }))
  const samples: Record<Side, Partial<Sample<string>>[]> = { ours: [], peer: [] }

  async function sample(side: Side, turn: string): Promise<void> {
    signal.throwIfAborted()
    report(`${benchmark.name}: ${turn}, ${side}`)
    const taken = await sides[side]?.()
    if (taken !== undefined) samples[side].push(taken)
  }

  const compared: readonly Side[] = sides.peer === undefined ? ['ours'] : ['ours', 'peer']
  if (!isQuick) for (const side of compared) await sample(side, 'warming up')
  samples.ours.length = 0
  samples.peer.length = 0
  const turns = planTurns(isQuick ? 1 : repetitions, compared)
  for (const [index, turn] of turns.entries()) {
    for (const side of turn) await sample(side, `repetition ${index + 1} of ${turns.length}`)
  }
  return Object.entries(benchmark.measures).map(([id, measure]) =>
    toResult(measure, pick(samples.ours, id), pick(samples.peer, id)),
  )
}

function pick(samples: readonly Partial<Sample<string>>[], id: string): number[] {
  return samples.map((sample) => sample[id]).filter((value) => value !== undefined)
}

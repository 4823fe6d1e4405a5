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
  /** Of several parts the one that is wanted. Default: all. */
  readonly only: string | undefined
  /** Told what is being done. */
  report(line: string): void
  /** Stops between two samples, with everything that was started. */
  readonly signal: AbortSignal
}

export interface Measured {
  readonly results: readonly Result[]
  /** In Markdown; undefined where the table tells all. */
  readonly description: string | undefined
}

/** Measures both sides in turn. The first sample of each warms it up and does not count. */
export async function runBenchmark(benchmark: Benchmark, options: RunOptions): Promise<Measured> {
  const { isQuick, only, report, signal } = options
  const folder = await mkdtemp(join(tmpdir(), 'runwright-bench-'))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  report(`${benchmark.name}: opening`)
  const sides = cleanup.use(await benchmark.open({ isQuick, folder, only, report }))
  const works: Readonly<Record<Side, (() => Promise<Partial<Sample<string>>>) | undefined>> = {
    ours: sides.ours,
    peer: sides.peer,
    ...sides.peers,
  }
  const compared: readonly Side[] = Object.keys(works).filter((side) => works[side] !== undefined)
  const samples = new Map<Side, Partial<Sample<string>>[]>()

  async function sample(side: Side, turn: string): Promise<void> {
    signal.throwIfAborted()
    report(`${benchmark.name}: ${turn}, ${side}`)
    const taken = await works[side]?.()
    if (taken !== undefined) samples.set(side, [...(samples.get(side) ?? []), taken])
  }

  const count = isQuick ? 1 : (benchmark.repetitions ?? repetitions)
  if (count > 1 && benchmark.warmsUp !== false) for (const side of compared) await sample(side, 'warming up')
  samples.clear()
  const turns = planTurns(count, compared)
  for (const [index, turn] of turns.entries()) {
    for (const side of turn) await sample(side, `repetition ${index + 1} of ${turns.length}`)
  }
  const figuresOf = (side: Side, id: string) => pick(samples.get(side) ?? [], id)
  // What was not asked for has no figures.
  const measured = Object.entries(benchmark.measures).filter(([id]) => figuresOf('ours', id).length > 0)
  const results = measured.map(([id, measure]) => {
    const named = Object.keys(sides.peers ?? {}).map((name) => [name, figuresOf(name, id)] as const)
    return toResult(measure, figuresOf('ours', id), figuresOf('peer', id), new Map(named))
  })
  return { results, description: sides.describe?.() }
}

function pick(samples: readonly Partial<Sample<string>>[], id: string): number[] {
  return samples.map((sample) => sample[id]).filter((value) => value !== undefined)
}

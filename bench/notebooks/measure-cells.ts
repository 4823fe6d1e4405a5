import { median } from '../median.ts'
import type { CellRunner } from './cell-runner.ts'

/** Milliseconds until a kernel answers; it is running then. */
export async function measureStart(runner: CellRunner): Promise<number> {
  const from = performance.now()
  await runner.start()
  return performance.now() - from
}

export const trivialCell = '6 * 7'

/** Milliseconds from asking for a trivial cell to its end: the median of many, one after the other. */
export async function measureRoundTrip(runner: CellRunner, count: number): Promise<number> {
  const tookMs: number[] = []
  for (let cell = 0; cell < count; cell++) {
    const from = performance.now()
    await runner.run(trivialCell)
    tookMs.push(performance.now() - from)
  }
  return median(tookMs)
}

/**
 * Milliseconds that `%%track` adds to a cell that prints a line, with a param, its source and its log kept: the median
 * of many, each beside one without.
 */
export async function measureTracking(runner: CellRunner, count: number): Promise<number> {
  const take = async (head: string) => {
    const from = performance.now()
    await runner.run(`${head}lr = 0.1\nprint('trained')`)
    return performance.now() - from
  }
  const addedMs: number[] = []
  for (let cell = 0; cell < count; cell++) {
    const bareMs = await take('')
    addedMs.push((await take('%%track --params\n')) - bareMs)
  }
  return median(addedMs)
}

/** What became of a cell that prints lines. */
export interface PrintedLines {
  /** How many times as long it takes until all are here as the kernel takes to print them. */
  readonly times: number
  /** Share of the characters that never came, 0 … 1. */
  readonly lost: number
}

export async function measureLines(runner: CellRunner, count: number, isFlushed: boolean): Promise<PrintedLines> {
  const line = isFlushed ? 'print(number, flush=True)' : 'print(number)'
  const code = `import time\nbegun = time.perf_counter()\nfor number in range(${count}): ${line}\ntook = time.perf_counter() - begun`
  const from = performance.now()
  const { stdout } = await runner.run(code)
  const tookMs = performance.now() - from
  const expected = Array.from({ length: count }, (_, number) => `${number}\n`).join('')
  const ownSeconds = Number((await runner.run('print(took)')).stdout)
  return { times: tookMs / (ownSeconds * 1000), lost: stdout === expected ? 0 : 1 - stdout.length / expected.length }
}

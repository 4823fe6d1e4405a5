/**
 * Measures us, and where there is one the peer, on this machine: `npm run bench -- NAME [--quick]`, or `all`. The first
 * words of several names stand for them all: `compare` for `compare-curves` and its like. `--only PART` measures one of
 * several parts, where a benchmark has such; those of some are saved each by itself.
 *
 * Prints a table and, unless quick, writes `bench/results`. Ends with 1 when a target was missed or a benchmark
 * failed, with 2 when no benchmark was named.
 */
import { parseArgs } from 'node:util'
import { bundle } from '../scripts/bundle.ts'
import type { Benchmark } from './benchmark.ts'
import { benchmarks } from './benchmarks.ts'
import { formatResults } from './result-table.ts'
import { runBenchmark } from './run-benchmark.ts'
import { saveResults } from './save-results.ts'

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  allowPositionals: true,
})
const { quick: isQuick, only } = values

function findBenchmarks([word, ...rest]: readonly string[]): readonly Benchmark[] {
  if (rest.length > 0) return []
  // A part is one of the benchmark of just that name.
  const named = benchmarks.filter(({ name }) => name === word)
  if (only !== undefined && named.length > 0) return named
  return word === 'all' ? benchmarks : benchmarks.filter(({ name }) => name === word || name.startsWith(`${word}-`))
}

function listBenchmarks(): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length))
  const lines = benchmarks.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return ['Name a benchmark, or "all":', '', ...lines, '', '  npm run bench -- NAME [--quick] [--only PART]'].join('\n')
}

/** @returns whether it ran and met its targets; quick figures are too small to miss one */
async function runAndReport(benchmark: Benchmark, signal: AbortSignal): Promise<boolean> {
  const date = new Date()
  const measured = await runBenchmark(benchmark, { isQuick, only, report: (line) => console.error(line), signal })
  const { results, description = '' } = measured
  console.log(`\n${benchmark.summary}\n\n${formatResults(results)}\n\n${description}`)
  if (isQuick) return true
  if (only === undefined || benchmark.savesParts === true) await saveResults(benchmark, measured, { date, only })
  return results.every(({ isMet }) => isMet !== false)
}

/** What was started runs on when this process is killed at once, so the first Ctrl-C ends after the sample. */
function listenForInterrupt(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error('bench: stopping after this sample')
      interrupted.abort(new Error('interrupted'))
    })
  }
  return interrupted.signal
}

const chosen = findBenchmarks(positionals)
if (chosen.length === 0) {
  console.error(listBenchmarks())
  process.exitCode = 2
} else {
  const signal = listenForInterrupt()
  await bundle({ production: true })
  for (const benchmark of chosen) {
    if (signal.aborted) break
    try {
      if (!(await runAndReport(benchmark, signal))) process.exitCode = 1
    } catch (error) {
      console.error(`${benchmark.name} failed:`, error)
      process.exitCode = 1
    }
  }
}

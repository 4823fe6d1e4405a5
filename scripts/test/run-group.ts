import { resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A file that takes longer hangs: the slowest kills the engine twenty times and takes half a minute. */
const fileTimeoutMs = 10 * 60_000

/**
 * Runs test files, each in a process of its own, prints them as they end, and counts.
 *
 * @param options.attempts how often a file is run that fails. More than once only where a test drives a window, in which
 *   a press may fall into the moment of a redraw; what was tried again is said.
 */
export async function runGroup(
  files: readonly string[],
  { cwd, concurrency, attempts = 1 }: { cwd: string; concurrency: number; attempts?: number },
): Promise<Totals> {
  const byFile = new Map<string, Totals>()
  let left = [...files]
  for (let attempt = 1; attempt <= attempts && left.length > 0; attempt++) {
    if (attempt > 1) console.log(`\nonce more: ${left.join(', ')}`)
    for (const [file, totals] of await runFiles(left, { cwd, concurrency })) byFile.set(file, totals)
    left = [...byFile].filter(([, { failed }]) => failed > 0).map(([file]) => file)
  }
  return [...byFile.values()].reduce(add, { passed: 0, failed: 0, skipped: 0 })
}

function add(a: Totals, b: Totals): Totals {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

async function runFiles(
  files: readonly string[],
  { cwd, concurrency }: { cwd: string; concurrency: number },
): Promise<Map<string, Totals>> {
  // A file that says nothing of itself has failed.
  const byFile = new Map(files.map((file): [string, Totals] => [file, { passed: 0, failed: 1, skipped: 0 }]))
  const events = run({ files: [...files], cwd, concurrency, timeout: fileTimeoutMs })
  events.on('test:summary', ({ file, counts, success }) => {
    const name = files.find((name) => file !== undefined && resolve(cwd, name) === resolve(cwd, file))
    if (name === undefined) return
    const failed = counts.tests - counts.passed - counts.skipped - counts.todo
    byFile.set(name, {
      passed: counts.passed,
      failed: success ? failed : Math.max(1, failed),
      skipped: counts.skipped + counts.todo,
    })
  })
  for await (const text of events.compose(spec)) process.stdout.write(text)
  return byFile
}

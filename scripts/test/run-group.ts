import { relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** `file: name` of each test that failed. */
  readonly failures: readonly string[]
}

/** A file that takes longer hangs: the slowest kills the engine twenty times and takes half a minute. */
const fileTimeoutMs = 10 * 60_000

/** Runs test files, each in a process of its own, prints them as they end, and counts. */
export async function runGroup(
  files: readonly string[],
  { cwd, concurrency }: { cwd: string; concurrency: number },
): Promise<Totals> {
  let totals = { passed: 0, failed: 0, skipped: 0 }
  const failures: string[] = []
  const events = run({ files: [...files], cwd, concurrency, timeout: fileTimeoutMs })
  events.on('test:summary', ({ file, counts }) => {
    // A summary without a file is that of the whole run.
    if (file !== undefined) return
    totals = {
      passed: counts.passed,
      failed: counts.tests - counts.passed - counts.skipped - counts.todo,
      skipped: counts.skipped + counts.todo,
    }
  })
  events.on('test:fail', ({ name, file, details }) => {
    // A suite fails with a test in it, which is named itself.
    if (details.type !== 'suite') failures.push(file === undefined ? name : `${relative(cwd, file)}: ${name}`)
  })
  for await (const text of events.compose(spec)) process.stdout.write(text)
  return { ...totals, failures }
}

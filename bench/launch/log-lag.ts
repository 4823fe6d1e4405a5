import type { LaunchedWorkspace } from './launched-workspace.ts'

/** Ten a second are read as they come; a hundred at once would be timed by the last of them. */
const pauseSeconds = 0.03

/**
 * The 99th percentile of the milliseconds between a command's printing a line and its being printed by the one who
 * follows it.
 *
 * @param target as runwright.yaml names it
 */
export async function measureLogLag({ follow }: LaunchedWorkspace, target: string, lineCount: number): Promise<number> {
  const script = `i=0; while [ $i -lt ${lineCount} ]; do i=$((i + 1)); date +%s%N; sleep ${pauseSeconds}; done`
  const lags: number[] = []
  await follow(['--target', target, '--follow', '--', 'sh', '-c', script], (line) => {
    if (/^\d{19}$/.test(line)) lags.push(performance.timeOrigin + performance.now() - Number(line) / 1e6)
  })
  if (lags.length !== lineCount) throw new Error(`${lags.length} of ${lineCount} lines came from ${target}.`)
  return lags.toSorted((a, b) => a - b)[Math.ceil(lineCount * 0.99) - 1] ?? Number.NaN
}

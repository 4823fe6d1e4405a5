import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Program } from '../../supervisor/keeper.ts'

/** How long a run may take to exist; reading the state of a large repository takes seconds. */
const startTimeoutMs = 60_000

/**
 * Starts our command line for `run` or `rerun` as a process of its own that goes on when this one ends, and waits until
 * the run exists.
 *
 * @returns a sentence with the run's name and id
 * @throws INVALID_STATE with what it printed, when it ends before the run exists
 */
export async function launchDetached(
  program: Program,
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const child = spawn(program.file, [...program.args, ...words], {
    cwd: folder,
    env: { ...env, ...program.env, npm_lifecycle_event: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const said: string[] = []
  const started = new Promise<string>((resolve, reject) => {
    const fail = (reason: string) =>
      reject(new RunwrightError('INVALID_STATE', `The run was not started: ${[...said, reason].join('\n')}`))
    const timer = setTimeout(() => fail('it took too long.'), startTimeoutMs)
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, name, runId] = /^runwright: run (.+) \(([0-9a-f]{32})\)$/.exec(line) ?? []
      if (runId === undefined) return void said.push(line)
      clearTimeout(timer)
      resolve(`Started run ${name ?? ''} (${runId}).`)
    })
    child.once('error', (error) => fail(error.message))
    child.once('close', () => {
      clearTimeout(timer)
      fail('it ended at once.')
    })
  })
  try {
    return await started
  } finally {
    // From here on its output goes to the run's log only.
    child.stderr.destroy()
    child.unref()
  }
}

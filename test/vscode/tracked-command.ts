import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const cliPath = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** A command under `runwright run`, as in a terminal. Disposing it ends it. */
export interface TrackedCommand extends AsyncDisposable {
  /** Lets the command end by itself, with exit code 0. */
  finish(): void
  /** Of `runwright run`. */
  readonly exitCode: Promise<number | null>
}

/** Starts a command that goes on until its input ends. */
export function startTrackedCommand(folder: string, experiment: string, name: string): TrackedCommand {
  const command = [process.execPath, '--eval', 'process.stdin.resume()']
  const child = spawn(
    process.execPath,
    [cliPath, 'run', '--experiment', experiment, '--name', name, '--', ...command],
    { cwd: folder, stdio: ['pipe', 'ignore', 'inherit'] },
  )
  const ended = once(child, 'exit')
  return {
    finish: () => void child.stdin.end(),
    exitCode: ended.then(([code]: (number | null)[]) => code ?? null),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}

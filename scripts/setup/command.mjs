import { spawn, spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root folder. */
export const rootFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The Node 24 that `npm ci` in the root brings; every script of the project runs on it. */
export const projectNode = join(rootFolder, 'node_modules/.bin/node')

/** An error whose message says all its reader needs; shown without a stack. */
export class SetupError extends Error {}

/**
 * The environment with the project's Node, and its tools, first on the PATH. What an npm that runs this script says of
 * itself and its Node in `npm_…` is left out: an npm further inside would pass it on as its own.
 */
export function projectEnvironment() {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^(NODE|INIT_CWD)$/.test(name))
  return { ...Object.fromEntries(own), PATH: join(rootFolder, 'node_modules/.bin') + delimiter + process.env.PATH }
}

/**
 * Runs a command with its output passed through.
 *
 * @throws {SetupError} when it cannot be started or ends with anything but 0
 */
export async function runCommand(file, args, { cwd = rootFolder, env = process.env, hint = '' } = {}) {
  const code = await exitCodeOf(file, args, { cwd, env })
  if (code !== 0)
    throw new SetupError(
      `This failed (exit code ${code}) in ${cwd}:\n\n  ${[file, ...args].join(' ')}\n${hint && `\n${hint}`}`,
    )
}

/** Runs a command with input and output passed through, and gives its exit code (128 + n for signal n, as a shell does). */
export function exitCodeOf(file, args, { cwd = rootFolder, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: 'inherit' })
    // The terminal sends Ctrl+C to the child as well: the child decides when it is over.
    const ignore = () => {}
    process.on('SIGINT', ignore)
    child.on('error', (error) => reject(new SetupError(`Cannot start ${file}: ${error.message}`)))
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}

/** Whether a command ends with 0; its output is dropped. */
export function succeeds(file, args) {
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0
}

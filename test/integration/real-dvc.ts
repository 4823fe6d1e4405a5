import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Runs the real DVC, with the packages of `test/dvc/requirements.txt`, and resolves to what it printed.
 *
 * @throws {Error} with what it said when it fails, or when it is not installed
 */
export async function runDvc(folder: string, ...args: string[]): Promise<string> {
  const options = { cwd: folder, env: dvcEnvironment(folder), maxBuffer: 64 << 20 }
  const { stdout } = await promisify(execFile)(findDvc(), args, options)
  return stdout
}

/** Path of the program. @throws {Error} when it is not installed */
export function findDvc(): string {
  const dvc = process.env['RUNWRIGHT_TEST_DVC'] ?? join(import.meta.dirname, '../dvc/.venv/bin/dvc')
  if (!existsSync(dvc)) throw new Error(`There is no DVC at ${dvc}: \`npm test\` installs it.`)
  return dvc
}

/** Its own folders for settings would be those of whoever runs the tests. */
export function dvcEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DVC_NO_ANALYTICS: '1',
    DVC_GLOBAL_CONFIG_DIR: folder,
    DVC_SITE_CACHE_DIR: join(folder, '.dvc/tmp/site'),
  }
}

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const dvcVersion = '3.67.1'

/** The DVC of the tests, else one for as long as the benchmark's folder is there. */
export async function installDvc(folder: string): Promise<string> {
  const ofTests = join(import.meta.dirname, '../../test/dvc/.venv/bin/dvc')
  if (existsSync(ofTests)) return ofTests
  const environment = join(folder, 'dvc')
  const run = promisify(execFile)
  await run('python3', ['-m', 'venv', environment])
  await run(join(environment, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `dvc==${dvcVersion}`])
  return join(environment, 'bin/dvc')
}

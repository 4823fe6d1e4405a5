import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const dvcVersion = '3.67.1'

/** Installs DVC for as long as the benchmark's folder is there: its packages do not go with those of the tests. */
export async function installDvc(folder: string): Promise<string> {
  const environment = join(folder, 'dvc')
  const run = promisify(execFile)
  await run('python3', ['-m', 'venv', environment])
  await run(join(environment, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `dvc==${dvcVersion}`])
  return join(environment, 'bin/dvc')
}

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** As `test/python/requirements.txt` has them. */
export const peerVersions = { ipykernel: '7.4.0', jupyter_client: '8.10.0', jupyter_server: '2.21.1' }

/**
 * The Python of the tests, else one for as long as the benchmark's folder is there. Both sides start their kernels in it.
 *
 * @returns the folder of the environment
 */
export async function installPeerPython(folder: string): Promise<string> {
  const ofTests = join(import.meta.dirname, '../../test/python/.venv')
  if (existsSync(join(ofTests, 'bin/python'))) return ofTests
  const environment = join(folder, 'python')
  const run = promisify(execFile)
  const pins = Object.entries(peerVersions).map(([name, version]) => `${name}==${version}`)
  await run('python3', ['-m', 'venv', environment])
  await run(join(environment, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...pins])
  return environment
}

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { rootFolder, runCommand } from './command.mjs'

const folder = 'test/python/.venv'
const requirements = 'test/python/requirements.txt'

/** The unchanged `mlflow` client, and scikit-learn, that the tests point at the engine; a Jupyter Server to run jobs. */
export default {
  title: 'Python packages for the tests',
  folder,
  inputs: [requirements],
  tools: ['python'],
  async install() {
    rmSync(join(rootFolder, folder), { recursive: true, force: true })
    await runCommand('python3', ['-m', 'venv', folder])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]
    await runCommand(join(folder, 'bin/python'), pip, {
      hint: 'Is the package index reachable? `python3 -m pip config list` tells which one is asked.',
    })
  },
}

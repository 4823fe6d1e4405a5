import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rootFolder, runCommand } from './command.mjs'

/** A virtual environment beside a list of packages, which go with each other but not with those of other lists. */
function definePackages(title, requirements) {
  const folder = join(dirname(requirements), '.venv')
  return {
    title,
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
}

/** The unchanged `mlflow` client, and scikit-learn, that the tests point at the engine; a Jupyter Server to run jobs. */
export default definePackages('Python packages for the tests', 'test/python/requirements.txt')

/** The real DVC, which has to find what we write as it would have written it. */
export const dvc = definePackages('DVC for the tests', 'test/dvc/requirements.txt')

/** Servers of object stores, and of WebDAV, that remotes for data are tested on. */
export const stores = definePackages('Object stores for the tests', 'test/stores/requirements.txt')

/** The real JupyterLab, in which notebooks that we write are opened. */
export const jupyterlab = definePackages('JupyterLab for the tests', 'test/jupyterlab/requirements.txt')

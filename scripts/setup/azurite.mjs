import { join } from 'node:path'
import { projectEnvironment, rootFolder, runCommand } from './command.mjs'

const folder = 'test/stores'

/** Microsoft's emulator of Azure's Blob storage, in a folder of its own because of all that it brings along. */
export default {
  title: "Azure's emulator for the tests",
  folder: `${folder}/node_modules`,
  inputs: [`${folder}/package-lock.json`],
  tools: [],
  install: () =>
    runCommand('npm', ['ci', '--loglevel=error'], { cwd: join(rootFolder, folder), env: projectEnvironment() }),
}

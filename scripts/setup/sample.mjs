import { join } from 'node:path'
import { projectEnvironment, rootFolder, runCommand } from './command.mjs'

/** What sample-workspace/train.ts imports. */
export default {
  title: 'npm packages of sample-workspace',
  folder: 'sample-workspace/node_modules',
  inputs: ['sample-workspace/package-lock.json'],
  tools: [],
  install: () =>
    runCommand('npm', ['ci', '--loglevel=error'], {
      cwd: join(rootFolder, 'sample-workspace'),
      env: projectEnvironment(),
    }),
}

import { join } from 'node:path'
import { projectEnvironment, rootFolder, runCommand } from './command.mjs'

const folder = 'test/vscode/server'

/** VS Code's server and web workbench, as npm's code-server ships them; in a folder of its own because it pins its tree. */
export default {
  title: "VS Code's server (takes minutes: it compiles native modules)",
  folder: `${folder}/node_modules`,
  inputs: [`${folder}/package-lock.json`],
  tools: ['python', 'compiler', 'kerberos'],
  install: () =>
    runCommand('npm', ['ci', '--loglevel=error'], { cwd: join(rootFolder, folder), env: projectEnvironment() }),
}

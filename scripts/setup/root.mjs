import { runCommand } from './command.mjs'

/** The project's own development dependencies, Node 24 among them. */
export default {
  title: 'npm packages',
  folder: 'node_modules',
  inputs: ['package-lock.json'],
  tools: [],
  install: () =>
    runCommand('npm', ['ci', '--loglevel=error'], { hint: 'Is the package registry reachable? `npm ping` tells.' }),
}

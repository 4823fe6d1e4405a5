// npm test: installs what the tests need, then runs them all on the project's own Node.
//
//   npm test                       everything
//   npm test -- unit integration   these groups (check, unit, integration, vscode)
//   npm test -- src/store          the test files whose path contains this
import { join } from 'node:path'
import { exitCodeOf, projectEnvironment, projectNode, rootFolder } from './setup/command.mjs'
import { runScript, setUp } from './setup.mjs'
import { offerTools } from './setup/tools.mjs'

await runScript(async () => {
  const words = process.argv.slice(2)
  const isWanted = (group) => words.length === 0 || words.some((word) => word.includes(group))
  const parts = ['root', 'sample']
  const tools = []
  if (isWanted('integration')) {
    parts.push('python', 'dvc', 'stores', 'azurite')
    tools.push('git')
  }
  if (isWanted('vscode')) {
    parts.push('vscode-server')
    tools.push('chromium')
  }
  if (isWanted('vscode') || isWanted('jupyterlab')) {
    parts.push('python', 'jupyterlab')
    tools.push('chromium')
  }
  await setUp(parts, tools)
  // Servers for the places that jobs run on, and the real Git LFS. A test that has none is skipped and says why.
  if (isWanted('integration')) await offerTools(['sshd', 'slurm', 'git-lfs', 'postgres'])
  return exitCodeOf(projectNode, ['scripts/test/main.ts', ...words], {
    // Each test file, and each engine and command that one starts, loads hundreds of modules from source: compiled once,
    // all together take two thirds of the time.
    env: { ...projectEnvironment(), NODE_COMPILE_CACHE: join(rootFolder, 'node_modules/.cache/runwright-tests') },
  })
})

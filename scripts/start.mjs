// npm start: from a fresh clone to three trained models and a workbench that shows them.
//
//   npm start             installs, builds, trains, compares, then opens VS Code on sample-workspace
//   npm start -- --once   ends after the comparison
import { parseArgs } from 'node:util'
import { exitCodeOf, projectEnvironment, projectNode } from './setup/command.mjs'
import { isOnPath } from './setup/tools.mjs'
import { runScript, setUp } from './setup.mjs'

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } })

await runScript(async () => {
  await setUp(['root', 'sample'])
  const env = projectEnvironment()
  const exitCode = await exitCodeOf(projectNode, ['scripts/start/train.ts'], { env })
  if (exitCode !== 0 || values.once) return exitCode
  const workbench = isOnPath('code') ? 'desktop' : 'browser'
  if (workbench === 'browser') await setUp(['vscode-server'])
  return exitCodeOf(projectNode, [`scripts/start/${workbench}.ts`], { env })
})

import { defineCliCommand, usageError } from '../command.ts'
import { completionScript, isShell, shells } from '../completion.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'completion',
  summary: `Prints a completion script for ${shells.join(', ')}.`,
  example: 'source <(runwright completion bash)',
  options: {},
  operands: { usage: 'SHELL', min: 1, max: 1 },
  async run({ stdout }, { operands: [shell], json, loadCommands }) {
    if (!isShell(shell)) throw usageError('completion', `"${shell}" is none of ${shells.join(', ')}.`)
    const script = completionScript(shell, await loadCommands())
    stdout.write(json ? toJson({ shell, script }) : script)
  },
})

import path from 'node:path'
import { dataFiles, dataFolderName } from '../../protocol/data-folder.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { followFile } from '../follow-file.ts'

export default defineCliCommand({
  name: 'engine logs',
  summary: 'Prints the end of the log of the workspace engine.',
  example: 'runwright engine logs --follow',
  options: {
    follow: { type: 'boolean', short: 'f', summary: 'Go on printing what is added' },
    lines: { type: 'string', short: 'n', value: 'COUNT', summary: 'So many lines of it. Default: 100' },
  },
  async run({ stdout, signal }, { options, json, workspace }) {
    const count = Number(options.lines ?? 100)
    if (!Number.isInteger(count) || count < 0) {
      throw usageError('engine logs', `--lines ${options.lines} is not a whole number.`)
    }
    const file = path.join(workspace, dataFolderName, dataFiles.log)
    const print = (line: string) => stdout.write(json ? `${JSON.stringify({ line })}\n` : `${line}\n`)
    for await (const line of followFile(file, count, options.follow, signal)) print(line)
  },
})

import { defineCliCommand } from '../command.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'version',
  summary: 'Prints the version.',
  example: 'runwright version',
  options: {},
  async run({ stdout, version }, { json }) {
    stdout.write(json ? toJson({ version, node: process.version }) : `runwright ${version}\n`)
  },
})

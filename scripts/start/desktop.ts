// Opens the sample workspace in the VS Code of this machine, with the extension from this clone.
import { spawnSync } from 'node:child_process'
import { rootFolder, sampleFolder } from './cli.ts'

console.log('\nstart: opening VS Code. The runs are in the sidebar behind the Runwright icon.')
const { status, error } = spawnSync('code', [`--extensionDevelopmentPath=${rootFolder}`, sampleFolder], {
  stdio: 'inherit',
})
if (error !== undefined) console.error(`start: cannot run \`code\`: ${error.message}`)
process.exitCode = status ?? 1

// Serves VS Code on this machine, with the extension from this clone installed, until Ctrl+C.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { linkExtension, serverProgram } from '../../test/vscode/code-server.ts'
import { rootFolder, sampleFolder } from './cli.ts'

const dataFolder = join(rootFolder, 'dist/workbench')
const extensionsFolder = join(dataFolder, 'extensions')
const tokenFile = join(dataFolder, 'connection-token')

await rm(extensionsFolder, { recursive: true, force: true })
await mkdir(extensionsFolder, { recursive: true })
await linkExtension(extensionsFolder)
await writeFirstSettings(join(dataFolder, 'data/User'))
// Whoever reaches this server has a terminal on this machine, so it asks for a secret; not on the command line, which
// other users can read.
const token = randomBytes(24).toString('base64url')
await writeFile(tokenFile, token, { mode: 0o600 })

const flags = [
  '--host=127.0.0.1',
  '--port=0',
  `--connection-token-file=${tokenFile}`,
  '--accept-server-license-terms',
  '--telemetry-level=off',
  '--disable-workspace-trust',
  `--server-data-dir=${dataFolder}`,
  `--extensions-dir=${extensionsFolder}`,
]
const server = spawn(process.execPath, [serverProgram, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isStopping = true
    server.kill('SIGTERM')
  })
}

// It complains of parts that only Microsoft's own builds have; that matters to nobody unless it fails.
const complaints: string[] = []
createInterface(server.stderr).on('line', (line) => complaints.push(line))
createInterface(server.stdout).on('line', (line) => {
  const port = /listening on (\d+)/.exec(line)?.[1]
  if (port === undefined) return
  const address = new URL(`http://127.0.0.1:${port}/`)
  address.search = new URLSearchParams({ tkn: token, folder: sampleFolder }).toString()
  console.log(`\nstart: VS Code is at\n\n  ${address}\n`)
  console.log('The runs are in the sidebar behind the Runwright icon. Ctrl+C stops VS Code; the runs stay.')
})

await once(server, 'exit')
if (!isStopping) {
  console.error([...complaints.slice(-20), "start: VS Code's server ended by itself."].join('\n'))
  process.exitCode = 1
}

/** Nothing on screen but the project; what the user changes later stays. */
async function writeFirstSettings(folder: string): Promise<void> {
  const settings = {
    'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.startupEditor': 'readme',
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2), { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
}

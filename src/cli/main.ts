/** The command line, from source and as a bundle: reads the world and hands it to the program. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import type { NodeCommand } from '../base/node-command.ts'
import type { EngineCommand } from '../client/start-engine.ts'
import type { Client } from '../protocol/client.ts'
import { keeperWord } from '../supervisor/keeper-word.ts'
import type { OnSignal } from '../supervisor/watch-run.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { commands } from './commands/all.ts'
import type { CliContext } from './context.ts'
import { runProgram } from './program.ts'
import { letHeapGrow } from './small-heap.ts'

const { version } = packageJson

/** Electron is Node only while told so. */
const nodeEnv: Record<string, string> = process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }

/** Bundles lie side by side; the sources do not. */
function find(name: string, source: string): string {
  const bundled = fileURLToPath(new URL(name, import.meta.url))
  return existsSync(bundled) ? bundled : fileURLToPath(new URL(source, import.meta.url))
}

function nodeCommand(name: string, source: string): NodeCommand {
  return { file: process.execPath, args: [find(name, source)], env: nodeEnv }
}

const engineCommand: EngineCommand = nodeCommand('engine.js', '../engine/main.ts')

const onSignal: OnSignal = (listener) => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, listener)
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, listener)
    },
  }
}

async function connect(workspace: string): Promise<Client> {
  const { connectEngine } = await import('../client/connect.ts')
  const client = await connectEngine({ workspace, engineCommand, version })
  // What a power cut left half told is told now; it is nobody's reason to fail.
  const { settleSpools } = await import('../supervisor/settle.ts')
  await settleSpools(client, workspace, os.hostname()).catch(() => [])
  return client
}

async function main(args: readonly string[]): Promise<number> {
  const cancel = new AbortController()
  onSignal(() => cancel.abort())
  // `| head` has read enough. Only what nobody waits for may end for that: a `run` goes on.
  process.stdout.on('error', () => cancel.abort())
  process.stderr.on('error', () => {})
  const program = { file: process.execPath, args: [fileURLToPath(import.meta.url)], env: nodeEnv }
  const context: CliContext = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    writesProgress: false,
    // `npm run` changes the folder to the package's; the user's own is in this variable.
    cwd: (process.env['npm_lifecycle_event'] === 'runwright' && process.env['INIT_CWD']) || process.cwd(),
    env: process.env,
    version,
    engineCommand,
    webviewFolder: find('webviews', '../../dist/webviews'),
    templateFolder: find('../templates', '../../templates'),
    exporterFolder: find('../exporters', '../../exporters'),
    predictTfjs: nodeCommand('../exporters/tfjs-predict.mjs', '../../exporters/tfjs-predict.mjs'),
    duckdb: nodeCommand('duckdb-worker.js', '../data/duckdb/worker.ts'),
    onnxRuntime: nodeCommand('onnx-worker.js', '../onnx/runtime/worker.ts'),
    program,
    keeper: program,
    now: Date.now,
    randomBytes,
    signal: cancel.signal,
    onSignal,
    connect,
  }
  const exitCode = await runProgram(context, commands, args)
  // A cancelled command may still wait for something; its result is wanted by nobody.
  if (cancel.signal.aborted) process.exit(exitCode)
  return exitCode
}

const args = process.argv.slice(2)
if (args[0] === keeperWord) {
  letHeapGrow()
  const { runKeeper } = await import('../supervisor/keeper.ts')
  const { watchRun } = await import('../supervisor/watch-run.ts')
  await runKeeper(args.slice(1), async ({ workspace, ...orphan }) => {
    await using client = await connect(workspace)
    await watchRun({ client, ...orphan, onSignal })
  })
} else {
  process.exitCode = await main(args)
}

/**
 * The engine's process: `node main.ts --workspace DIR [--idle-minutes N]`.
 *
 * Its first line on the standard output is for its starter: `{"state":"ready"}`, `{"state":"locked"}` when the workspace
 * has an engine already (exit code 3), or `{"state":"failed","error":{…}}` (exit code 1).
 */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { NodeCommand } from '../base/node-command.ts'
import { magicsEnvironment } from '../kernels/magics-environment.ts'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { createCodeSource } from '../compute/code-source.ts'
import { openPlaces } from '../compute/open-places.ts'
import { RunwrightError, toErrorBody } from '../protocol/errors.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { prepareDataFolder } from './data-folder.ts'
import { keepHeapSmall } from './heap.ts'
import { createIdleWatch } from './idle.ts'
import { type Log, openLogFile } from './log.ts'
import { toStorageError } from '../store/storage-error.ts'
import { parseWebhookSettings } from './webhook-settings.ts'
import { openWorkspaceEngine } from './workspace-engine.ts'

const { values } = parseArgs({
  options: { workspace: { type: 'string' }, 'idle-minutes': { type: 'string', default: '10' } },
})

keepHeapSmall()

// The starter reads one line, then goes its own way; what is written after that has nowhere to go.
process.stdout.on('error', () => undefined)

function tellStarter(outcome: object): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}

function parseIdleMs(text: string): number {
  const minutes = Number(text)
  if (Number.isFinite(minutes) && minutes > 0 && minutes <= 24 * 60) return minutes * 60_000
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `--idle-minutes ${text} is not between 0 and 1440.`)
}

async function openLog(workspace: string): Promise<Log> {
  const dataFolder = join(workspace, dataFolderName)
  await prepareDataFolder(dataFolder)
  const path = join(dataFolder, dataFiles.log)
  try {
    return openLogFile(path, Date.now).log
  } catch (error) {
    throw toStorageError(error, path)
  }
}

/** @param uri of a server, as `http://127.0.0.1:40123` */
function connectTo(uri: string): Duplex {
  const { hostname, port } = new URL(uri)
  return connect(Number(port), hostname)
}

/** Bundles lie side by side; the sources do not. */
function find(bundled: string, source: string): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? source : bundled, import.meta.url))
}

/** Electron is Node only while told so. */
const kernelRelay: NodeCommand = {
  file: process.execPath,
  args: [find('kernel-relay.js', '../kernels/relay/main.ts')],
  env: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
}

/** Runs an engine until it is asked to stop, is idle, or gets a signal; resolves to the exit code. */
async function run(workspace: string, idleMs: number, log: Log): Promise<number> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<string>()
  let touch = () => {}
  await using engine = await openWorkspaceEngine({
    workspace,
    version: packageJson.version,
    openPlaces: (trackingUri) =>
      openPlaces({
        workspace,
        env: process.env,
        now: Date.now,
        trackingUri,
        connectTracking: () => connectTo(trackingUri()),
        log,
      }),
    code: createCodeSource(workspace, process.env),
    kernels: {
      relay: kernelRelay,
      home: homedir(),
      env: process.env,
      magicsEnv: magicsEnvironment({
        pythonFolder: find('../python', '../../python'),
        commandLine: [process.execPath, find('cli.js', '../cli/bin.ts')],
        workspace,
      }),
    },
    webhooks: parseWebhookSettings(process.env),
    now: Date.now,
    randomBytes,
    log,
    onStop: () => stop('asked by a client'),
    onRequest: () => touch(),
  })
  if (engine === undefined) {
    tellStarter({ state: 'locked' })
    return 3
  }
  using idle = createIdleWatch({
    idleMs,
    now: Date.now,
    isInUse: () => engine.subscriberCount() > 0 || engine.countLiveJobs() > 0,
    countActiveRuns: () => engine.countActiveRuns(),
    onIdle: () => stop('idle'),
  })
  touch = () => idle.touch()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop(signal))
  tellStarter({ state: 'ready' })
  log('info', `stops: ${await stopped}`)
  return 0
}

function report(error: unknown, log: Log | undefined): number {
  log?.('error', 'the engine could not start', error)
  const told =
    error instanceof RunwrightError
      ? error
      : new RunwrightError('INTERNAL_ERROR', `The engine could not start: ${String(error)}`, { cause: error })
  tellStarter({ state: 'failed', error: toErrorBody(told) })
  return 1
}

let log: Log | undefined
try {
  const workspace = resolve(values.workspace ?? '.')
  const idleMs = parseIdleMs(values['idle-minutes'])
  const opened = await openLog(workspace)
  log = opened
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      // A process in an unknown state is worse than a new one, which comes up with all that was acknowledged.
      opened('error', event, error)
      process.exit(1)
    })
  }
  process.exitCode = await run(workspace, idleMs, opened)
} catch (error) {
  process.exitCode = report(error, log)
}

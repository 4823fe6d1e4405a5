/**
 * The process that keeps one kernel: `node main.ts FOLDER`. It owns the kernel's process, its sockets and its journal,
 * and goes on whatever becomes of the engine; an engine that comes finds it by `relay.json`.
 *
 * Its first line on the standard output is for its starter: `{"state":"ready"}`, or `{"state":"locked"}` when the kernel
 * has a relay already. A kernel of a Jupyter Server that its starter has begun to start meanwhile comes on the standard
 * input, which ends without one where there is none.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { openLock } from '../../store/lock.ts'
import { loadPrivateText, writePrivateText } from '../../store/private-file.ts'
import { withoutEditorVariables } from '../../base/editor-variables.ts'
import { openJournalWriter } from '../journal-writer.ts'
import { openJupyterServer } from '../../jupyter/jupyter-server.ts'
import { type KernelSettings, parseKernelSettings, type RemotePlace } from '../kernel-settings.ts'
import type { StartKernel } from '../kernel.ts'
import { javaScriptCommand } from '../javascript/javascript-command.ts'
import { createJavaScriptKernel } from '../javascript/start-javascript-kernel.ts'
import { firstPythonCode } from '../jupyter/first-code.ts'
import { parseStartedServerKernel, toSessionPath } from '../jupyter/server-kernel.ts'
import { createJupyterKernel } from '../jupyter/start-jupyter-kernel.ts'
import { readSecret } from '../read-secret.ts'
import { createLocalKernel, localPatience } from '../local/start-local-kernel.ts'
import { createSshKernel } from '../ssh/start-ssh-kernel.ts'
import { createMessageMaker, type MessageMaker } from '../session/message-maker.ts'
import { readHistory } from '../session/read-history.ts'
import { openSession, type Session } from '../session/session.ts'
import { relayFiles } from './relay-messages.ts'
import { openRelayServer } from './relay-server.ts'

const [folder = '.'] = process.argv.slice(2)
/** Of where its kernel is, by the variables that hold them. */
const secrets: Record<string, string | undefined> = { ...process.env }
const randomId = () => randomBytes(16).toString('hex')

// The starter reads one line, then goes its own way.
process.stdout.on('error', () => undefined)

function tellStarter(state: 'ready' | 'locked'): void {
  process.stdout.write(`${JSON.stringify({ state })}\n`)
}

function report(error: unknown): void {
  console.error(new Date().toISOString(), error)
}

async function loadSettings(): Promise<KernelSettings> {
  const path = join(folder, relayFiles.settings)
  const text = await loadPrivateText(path)
  if (text === undefined) throw new Error(`${path} is not there, or not this user's alone: nothing of it is started.`)
  return parseKernelSettings(text)
}

function createStart(settings: KernelSettings): StartKernel {
  const { environment, argv, env: own, workingDirectory, isInterruptedByMessage, remote } = settings
  const { make: makeRequest } = createMessageMaker({ randomId, now: Date.now })
  if (remote !== undefined) return createRemoteStart(settings, remote, makeRequest)
  const place = {
    cwd: workingDirectory,
    env: { ...withoutEditorVariables(process.env), ...own },
    patience: localPatience,
  }
  if (environment.kind === 'built-in') {
    return createJavaScriptKernel({ ...place, command: javaScriptCommand(import.meta.url), randomId, now: Date.now })
  }
  return createLocalKernel({
    ...place,
    argv,
    isInterruptedByMessage,
    connectionPath: join(folder, relayFiles.connection),
    makeRequest,
    onRefused: report,
  })
}

function createRemoteStart(
  { kernelId, name, environment }: KernelSettings,
  remote: RemotePlace,
  makeRequest: MessageMaker['make'],
): StartKernel {
  const shared = { startMs: localPatience.startMs, makeRequest, onRefused: report }
  if (remote.kind === 'ssh') {
    const { host, interpreter } = remote
    return createSshKernel({ ...shared, host, interpreter, folder: `.runwright/kernels/${kernelId}`, env: process.env })
  }
  return createJupyterKernel({
    ...shared,
    server: openJupyterServer(remote.address, (variable) => readSecret(remote.name, variable, secrets)),
    spec: remote.spec,
    name,
    path: toSessionPath(kernelId),
    begun: text(process.stdin).then(parseStartedServerKernel),
    ...(environment.language === 'python' ? { firstCode: firstPythonCode } : {}),
    randomId,
  })
}

const lock = openLock(join(folder, relayFiles.lock))
if (lock === undefined) {
  tellStarter('locked')
  process.exit(3)
}

const settings = await loadSettings()
const writer = openJournalWriter(join(folder, relayFiles.journal))
const token = randomBytes(32).toString('hex')
// Nobody knows where it listens before all is there.
const server = await openRelayServer({
  token,
  session: () => session,
  takeSecrets: (values) => void Object.assign(secrets, values),
  shutdown,
  onError: report,
})
const session: Session = openSession({
  start: createStart(settings),
  writer,
  earlier: await readHistory(join(folder, relayFiles.journal)),
  now: Date.now,
  randomId,
  changed: () => server.tellView(),
  onError: report,
})

async function shutdown(): Promise<void> {
  await session[Symbol.asyncDispose]()
  writer[Symbol.dispose]()
  // The answer is sent first.
  setTimeout(() => process.exit(0), 50)
}

const relayPath = join(folder, relayFiles.relay)
await writePrivateText(relayPath, JSON.stringify({ pid: process.pid, port: server.port, token }))
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => void shutdown())
}
tellStarter('ready')

/** A kernel whose folder somebody has removed is nobody's, and a dead one that nobody looks at can be started anew. */
const lookMs = 10_000
const deadMs = 600_000
let deadSince = Infinity
setInterval(() => {
  const isDead = session.view().status === 'dead' && server.connectionCount === 0
  deadSince = isDead ? Math.min(deadSince, Date.now()) : Infinity
  if (existsSync(relayPath) && Date.now() - deadSince < deadMs) return
  void shutdown()
}, lookMs)

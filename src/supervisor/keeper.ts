import { type ChildProcess, spawn } from 'node:child_process'
import { parseRunId, type RunId } from '../protocol/ids.ts'
import type { CommandHandle } from './command-handle.ts'
import { keepCommand } from './keep-command.ts'
import { keeperWord } from './keeper-word.ts'
import { type Spool, spoolOf } from './spool.ts'
import type { CommandExit } from './supervision.ts'

/**
 * The keeper is a small process between the supervisor and the command. It is the command's parent, so it sees how the
 * command ends even when the supervisor was killed; then it does the supervisor's work to the end.
 */

type ToKeeper = { readonly kind: 'send'; readonly signal: NodeJS.Signals } | { readonly kind: 'settled' }
type FromKeeper =
  { readonly kind: 'started'; readonly pid: number } | { readonly kind: 'exited'; readonly exit: CommandExit }

/** A program and its first arguments. */
export interface Program {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface Keeper extends CommandHandle {
  readonly pid: number
  /** Lets the keeper go: the engine has been told. */
  settle(): void
}

/** Starts a keeper, and through it the command, which prints to this process's own output or to its stderr only. */
export async function startKeeper(start: {
  readonly keeper: Program
  readonly workspace: string
  readonly runId: RunId
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly output: 'inherit' | 'stderr'
}): Promise<Keeper> {
  const { keeper, workspace, runId, command, cwd } = start
  const out = start.output === 'inherit' ? 1 : 2
  const child = spawn(keeper.file, [...keeper.args, keeperWord, workspace, runId, ...command], {
    cwd,
    env: { ...start.env, ...keeper.env },
    stdio: [0, out, 2, 'ipc'],
    // Ctrl-C in the terminal reaches the supervisor alone, which passes it on once.
    detached: true,
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  // A message to a keeper that has just died fails by this event; its `exit` says all there is to say.
  child.on('error', () => {})
  return {
    pid: child.pid ?? 0,
    send: (signal) => tell(child, { kind: 'send', signal }),
    settle: () => tell(child, { kind: 'settled' }),
    exited: exitOf(child),
  }
}

function tell(child: ChildProcess, message: ToKeeper): void {
  if (child.connected) child.send(message)
}

function exitOf(child: ChildProcess): Promise<CommandExit> {
  return new Promise((resolve) => {
    let commandPid: number | undefined
    child.on('message', (message) => {
      // SAFETY: the other end is runKeeper below, of the same version.
      const told = message as FromKeeper
      if (told.kind === 'started') commandPid = told.pid
      else resolve(told.exit)
    })
    child.once('exit', () => {
      // Nobody would ever know how a command without its keeper ends, so it ends now.
      if (commandPid !== undefined) killGroup(commandPid)
      resolve({ exitCode: null, signal: null })
    })
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/**
 * The whole life of a keeper process.
 *
 * @param args     what `startKeeper` put behind `keeperWord`
 * @param takeOver does the rest of the supervisor's work when the supervisor is gone
 */
export async function runKeeper(
  args: readonly string[],
  takeOver: (orphan: { workspace: string; runId: RunId; spool: Spool; command: CommandHandle }) => Promise<void>,
): Promise<void> {
  const [workspace = '', id = '', ...words] = args
  const runId = parseRunId(id)
  if (runId === undefined || process.send === undefined) throw new Error('A keeper is started by "runwright run" only.')
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const spool = spoolOf(workspace, runId)
  const command = keepCommand(words, process.cwd(), env, spool)
  if (command.pid !== undefined) say({ kind: 'started', pid: command.pid })

  const settled = Promise.withResolvers<'settled' | 'orphaned'>()
  process.on('message', (message) => {
    // SAFETY: the other end is startKeeper above, of the same version.
    const told = message as ToKeeper
    if (told.kind === 'send') command.send(told.signal)
    else settled.resolve('settled')
  })
  process.once('disconnect', () => settled.resolve('orphaned'))
  // Whatever is sent to the keeper is meant for the command; the keeper goes last.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => command.send(signal))
  void command.exited.then((exit) => say({ kind: 'exited', exit }))

  if ((await settled.promise) === 'orphaned') await takeOver({ workspace, runId, spool, command })
  else if (process.connected) process.disconnect()
}

function say(message: FromKeeper): void {
  // The callback takes the error of a supervisor that has just died; `disconnect` follows.
  if (process.connected) process.send?.(message, () => {})
}

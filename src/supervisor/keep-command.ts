import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { CommandHandle } from './command-handle.ts'
import { type Spool, writeExit } from './spool.ts'
import type { CommandExit } from './supervision.ts'

/** How long output is awaited that processes left behind by the command may still write. */
const drainMs = 1000

/** The shell's exit codes for a program that is not there, and one that may not be run. */
const notFound = 127
const notExecutable = 126

/**
 * Starts a command in a process group of its own, with what it prints going both to this process's own output,
 * unchanged, and to the spool. Its end is written to the spool before anyone is told.
 */
export function keepCommand(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  spool: Spool,
): CommandHandle & { readonly pid: number | undefined } {
  const [file = '', ...args] = command
  const child = spawn(file, args, { cwd, env, stdio: ['inherit', 'pipe', 'pipe'], detached: true })
  const log = createWriteStream(spool.log, { flags: 'a', mode: 0o600 })
  // A full disk must not end the command; the terminal still shows what it prints.
  log.on('error', () => {})
  let signalled = false

  const sendToGroup = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, signal)
    } catch {
      // Nobody is left in the group.
    }
  }
  const ended = new Promise<CommandExit>((resolve) => {
    child.once('error', (error) => {
      // Only a failed start counts: a signal that could not be sent is reported here too.
      if (child.pid !== undefined) return
      const code = 'code' in error ? error.code : undefined
      process.stderr.write(`runwright: cannot start "${file}": ${error.message}\n`)
      log.write(`cannot start "${file}": ${error.message}\n`)
      resolve({ exitCode: code === 'ENOENT' ? notFound : notExecutable, signal: null })
    })
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })
  const copied = Promise.all([copy(child.stdout, [process.stdout, log]), copy(child.stderr, [process.stderr, log])])

  return {
    pid: child.pid,
    send(signal) {
      signalled = true
      sendToGroup(signal)
    },
    exited: ended.then(async (exit) => {
      // Workers of a command that was made to end go with it.
      if (signalled) sendToGroup('SIGKILL')
      await Promise.race([copied, delay(drainMs, undefined, { ref: false })])
      // Whoever still writes does so to the terminal only.
      log.end()
      await finished(log).catch(() => {})
      await writeExit(spool, exit).catch(() => {})
      return exit
    }),
  }
}

/** Copies to all targets at the pace of the slowest; one that fails is left out from then on. */
async function copy(source: Readable, targets: readonly Writable[]): Promise<void> {
  const open = new Set(targets)
  for (const target of targets) target.on('error', () => open.delete(target))
  try {
    for await (const chunk of source) {
      const full = [...open].filter((target) => target.writable && !target.write(chunk))
      await Promise.all(full.map((target) => drained(target)))
    }
  } catch {
    // The pipe broke with its last writer.
  }
}

function drained(target: Writable): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'error', 'close'] as const
    const done = () => {
      for (const event of events) target.off(event, done)
      resolve()
    }
    for (const event of events) target.on(event, done)
  })
}

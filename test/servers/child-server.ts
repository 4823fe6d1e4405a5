import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A server in a process group and a folder of its own; disposing it ends and removes both. */
export interface ChildServer extends AsyncDisposable {
  readonly folder: string
}

const startTimeoutMs = 60_000

/**
 * Starts a server and waits until it is ready.
 *
 * @param options.words the program and its arguments, made for its folder; what it prints is in `server.log` there
 * @throws {Error} with the end of what it printed, when it ends or is not ready within a minute
 */
export async function openChildServer(options: {
  readonly name: string
  words(folder: string): readonly string[] | Promise<readonly string[]>
  isReady(): Promise<boolean>
}): Promise<ChildServer> {
  const folder = await mkdtemp(join(tmpdir(), `rw-${options.name}-`))
  const [program = '', ...args] = await options.words(folder)
  const log = openSync(join(folder, 'server.log'), 'a')
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: ['ignore', log, log] })
  child.once('error', () => undefined)
  closeSync(log)
  const stop = async () => {
    await endGroup(child)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const deadline = performance.now() + startTimeoutMs
  while (!(await options.isReady().catch(() => false))) {
    if (child.pid === undefined || child.exitCode !== null || performance.now() > deadline) {
      const said = await readFile(join(folder, 'server.log'), 'utf8')
      await stop()
      throw new Error(`${options.name} does not start: ${said.slice(-2000)}`)
    }
    await delay(50)
  }
  return { folder, [Symbol.asyncDispose]: stop }
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 5000)
  process.kill(-child.pid, 'SIGTERM')
  await exit
  clearTimeout(timer)
}

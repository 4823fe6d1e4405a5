import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { NodeCommand } from '../../base/node-command.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { relayFiles } from './relay-messages.ts'

/**
 * Starts the relay of a kernel in a session of its own, so that it outlives its starter. Resolves when it listens.
 *
 * @param folder of the kernel, absolute, with its settings
 * @param env added to the starter's own
 * @param handover what it waits for on its standard input, which never rejects. Default: nothing
 * @throws INTERNAL_ERROR when it could not start; its log says why
 */
export async function startRelay(
  { file, args, env: nodeEnv }: NodeCommand,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  handover: Promise<string> = Promise.resolve(''),
): Promise<void> {
  const log = openSync(join(folder, relayFiles.log), 'a', 0o600)
  try {
    const child = spawn(file, [...args, folder], {
      detached: true,
      windowsHide: true,
      stdio: ['pipe', 'pipe', log],
      env: { ...env, ...nodeEnv },
    })
    // One that has ended before reads nothing; its exit says so.
    child.stdin?.on('error', () => undefined)
    void handover.then((handed) => child.stdin?.end(handed))
    const line = await Promise.race([
      firstLine(child.stdout),
      once(child, 'exit').then(() => ''),
      once(child, 'error').then(([error]) => String(error)),
    ])
    child.stdout?.destroy()
    child.unref()
    // One that is locked out is told by whoever has the lock, in the same file.
    if (line.includes('"ready"') || line.includes('"locked"')) return
    throw new RunwrightError('INTERNAL_ERROR', `The process that keeps the kernel could not start. ${line}`.trimEnd(), {
      hint: `${join(folder, relayFiles.log)} says why.`,
    })
  } finally {
    closeSync(log)
  }
}

async function firstLine(stream: Readable | null): Promise<string> {
  if (stream === null) return ''
  for await (const line of createInterface({ input: stream })) return line
  return ''
}

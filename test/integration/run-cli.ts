import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

/** One command line, for a workspace that another file of the tests has made. */
export async function runCli(workspace: string, ...args: string[]) {
  const child = execFile(process.execPath, [main, ...args, '--workspace', workspace])
  if (child.stdout === null || child.stderr === null) throw new Error('The command has no output.')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { exitCode: child.exitCode, stdout, stderr }
}

import { followJob } from '../client/follow-job.ts'
import type { Client } from '../protocol/client.ts'
import type { Job } from '../protocol/jobs.ts'
import { shellExitCode } from '../supervisor/finish-run.ts'
import type { CliContext } from './context.ts'
import { printable, toJson } from './text.ts'

/**
 * Prints what a job prints until it has ended, and says on the way why it waits. With `json`, its output goes to stderr
 * and the job as it ended to stdout.
 *
 * @returns the exit code of its command; 1 when it did not end well otherwise
 */
export async function followToEnd(
  context: CliContext,
  client: Client,
  followed: Job,
  { json, say }: { readonly json: boolean; say(line: string): void },
): Promise<number> {
  const output = json ? context.stderr : context.stdout
  let said = ''
  const job = await followJob(
    client,
    followed,
    {
      print: (bytes) => void output.write(bytes),
      changed({ status, reason, name }) {
        const line = `${printable(name)} ${status}${reason === '' ? '' : `: ${printable(reason)}`}`
        if (line !== said) say(line)
        said = line
      },
    },
    context.signal,
  )
  const exit = job.attempts.at(-1)?.exit
  const exitCode = job.status === 'finished' ? 0 : (exit === undefined ? 1 : shellExitCode(exit)) || 1
  if (json) context.stdout.write(toJson({ job, exitCode }))
  return exitCode
}

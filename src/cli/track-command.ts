import os from 'node:os'
import type { Client } from '../protocol/client.ts'
import { shellExitCode } from '../supervisor/finish-run.ts'
import { type Launch, supervise } from '../supervisor/supervise.ts'
import type { CliContext } from './context.ts'
import { formatDuration, printable, toJson } from './text.ts'

/** What of a launch a command says itself; the rest is the process's own. */
export type CommandLaunch = Omit<Launch, 'env' | 'user' | 'host'>

/**
 * Runs a command as a run, tells on stderr what becomes of it and, with `json`, prints the result.
 *
 * @returns the exit code of the command
 */
export async function trackCommand(
  context: CliContext,
  client: Client,
  launch: CommandLaunch,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): Promise<number> {
  const say = (line: string) => void (quiet || context.stderr.write(`runwright: ${line}\n`))
  const startedAt = context.now()
  const { run, status, exit, unsettled } = await supervise(
    {
      client,
      keeper: context.keeper,
      onSignal: context.onSignal,
      // With --json our stdout is for the result alone.
      output: json ? 'stderr' : 'inherit',
      started: ({ name, runId }) => say(`run ${printable(name)} (${runId})`),
      warn: (message) => context.stderr.write(`runwright: ${message}\n`),
    },
    { ...launch, env: context.env, user: os.userInfo().username, host: os.hostname() },
  )
  const ending = exit.signal ?? `exit ${exit.exitCode ?? 'unknown'}`
  say(`run ${printable(run.name)} ${status} (${ending}) after ${formatDuration(context.now() - startedAt)}`)
  if (unsettled !== undefined) {
    const reason = unsettled instanceof Error ? unsettled.message : String(unsettled)
    context.stderr.write(`runwright: its end is not recorded yet: ${reason}\n  The next runwright command does it.\n`)
  }
  const exitCode = shellExitCode(exit)
  const { runId, experimentId, name } = run
  if (json) context.stdout.write(toJson({ runId, experimentId, name, status, exit, exitCode }))
  return exitCode
}

import os from 'node:os'
import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { RunId } from '../protocol/ids.ts'
import type { RunStatus } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { LogUpload } from './log-upload.ts'
import { retry } from './retry.ts'
import { deleteSpool, type Spool } from './spool.ts'
import type { CommandExit } from './supervision.ts'

/** How a supervised run ended. */
export interface RunEnd {
  readonly status: RunStatus
  readonly exit: CommandExit
  /** Why the engine could not be told yet. The spool is still there, and the next command tells it. */
  readonly unsettled?: unknown
}

/**
 * Hands the rest of the log and the end of the run to the engine, and deletes the spool when both are acknowledged.
 * Whatever an MLflow client in the command said of the run's end, this comes later and holds. Never throws.
 *
 * @param patienceMs how long to try again while the engine is away
 */
export async function finishRun(
  client: Client,
  runId: RunId,
  spool: Spool,
  log: LogUpload,
  { status, exit }: { status: RunStatus; exit: CommandExit },
  patienceMs: number,
): Promise<RunEnd> {
  const tags = [{ key: tagNames.exitCode, value: exit.signal ?? String(exit.exitCode ?? 'unknown') }]
  const [uploaded, ended] = await Promise.allSettled([
    retry(() => log.upload(), patienceMs),
    retry(() => client.call('runs/end', { runId, status, tags }), patienceMs),
  ])
  const failure = [ended, uploaded].find((result) => result.status === 'rejected')?.reason
  if (failure === undefined || isGone(failure)) await deleteSpool(spool)
  return failure === undefined ? { status, exit } : { status, exit, unsettled: failure }
}

/** The run was deleted for good: nobody will ever want its spool. */
function isGone(error: unknown): boolean {
  return error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST'
}

/** The code a shell would give: the command's own, 128 and the signal's number, or 1 when nobody saw the end. */
export function shellExitCode({ exitCode, signal }: CommandExit): number {
  if (exitCode !== null) return exitCode
  const number = Object.entries(os.constants.signals).find(([name]) => name === signal)?.[1]
  return number === undefined ? 1 : 128 + number
}

import { readdir } from 'node:fs/promises'
import { isAlive } from '../git/is-alive.ts'
import type { Client } from '../protocol/client.ts'
import { parseRunId, type RunId } from '../protocol/ids.ts'
import { finishRun } from './finish-run.ts'
import { createLogUpload } from './log-upload.ts'
import { findExit, findState, spoolFolder, spoolOf } from './spool.ts'
import { initialSupervision, step } from './supervision.ts'

/**
 * Ends the runs whose supervisor and keeper are both gone, as a power cut leaves them, with what their spools say: the
 * recorded end of the command, else KILLED. Runs that someone still looks after are left alone.
 *
 * @returns the runs that were ended
 */
export async function settleSpools(client: Client, workspace: string, host: string): Promise<readonly RunId[]> {
  const names = await readdir(spoolFolder(workspace)).catch(() => [])
  const settled: RunId[] = []
  for (const name of names) {
    const runId = parseRunId(name)
    if (runId === undefined) continue
    const spool = spoolOf(workspace, runId)
    const state = await findState(spool)
    if (state === undefined || state.host !== host || isAlive(state.keeperPid)) continue
    const exit = (await findExit(spool)) ?? { exitCode: null, signal: null }
    const { state: ended } = step(initialSupervision, { kind: 'exited', exit })
    if (ended.phase !== 'ended') continue
    const log = createLogUpload(client, runId, spool)
    const { unsettled } = await finishRun(client, runId, spool, log, ended, 0)
    if (unsettled === undefined) settled.push(runId)
  }
  return settled
}

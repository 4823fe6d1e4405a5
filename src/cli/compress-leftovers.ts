import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../git/is-alive.ts'
import type { Client } from '../protocol/client.ts'
import { parseRunId, type RunId } from '../protocol/ids.ts'
import { isRecord } from '../protocol/json.ts'

/** Beside the results of a search: its run, and the process that it is in. */
const claimFile = 'run.json'

/** Removes models that a search which was killed had just measured. Those of one that is at work stay. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /^candidate-(\d+)\.onnx/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true })
  }
}

/** Notes whose search this is, once that of a search which was killed here is ended: nobody else would end it. */
export async function claimSearch(client: Client, folder: string, runId: RunId): Promise<void> {
  const claim = await readClaim(folder)
  if (claim !== undefined && !isAlive(claim.pid)) {
    const found = await client.call('runs/get', { runId: claim.runId }).catch(() => undefined)
    if (found?.run.status === 'RUNNING') await client.call('runs/end', { runId: claim.runId, status: 'KILLED' })
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, claimFile), JSON.stringify({ runId, pid: process.pid }))
}

/** For a search that has ended its own run. */
export async function leaveSearch(folder: string): Promise<void> {
  await rm(join(folder, claimFile), { force: true })
}

async function readClaim(folder: string): Promise<{ readonly runId: RunId; readonly pid: number } | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, claimFile), 'utf8'))
    if (!isRecord(value) || typeof value['pid'] !== 'number') return undefined
    const runId = parseRunId(String(value['runId']))
    return runId === undefined ? undefined : { runId, pid: value['pid'] }
  } catch {
    // There is none, or a kill has cut it off.
    return undefined
  }
}

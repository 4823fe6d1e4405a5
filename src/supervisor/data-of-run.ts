import {
  type DataVersion,
  readContext,
  type RunData,
  toDatasetInput,
  writtenContext,
} from '../protocol/data-versions.ts'
import type { Client } from '../protocol/client.ts'
import type { RunId } from '../protocol/ids.ts'
import { retry } from './retry.ts'

/** What a command has to do with data under version control. */
export interface LaunchData {
  /** Versions that it is said to read, as they are before it starts. */
  readonly read: readonly DataVersion[]
  /** Looked for once it has ended: what it was said to write and has written. */
  written(): Promise<readonly DataVersion[]>
}

interface Told {
  readonly client: Client
  warn(message: string): void
}

const patienceMs = 60_000

/** Records what a run reads, beside whatever runs. What cannot be recorded is told. */
export async function noteRead(told: Told, runId: RunId, data: LaunchData | undefined): Promise<void> {
  await note(told, runId, () => data?.read ?? [], readContext)
}

/** Records what a run has written. */
export async function noteWritten(told: Told, runId: RunId, data: LaunchData | undefined): Promise<void> {
  await note(told, runId, () => data?.written() ?? [], writtenContext)
}

async function note(
  { client, warn }: Told,
  runId: RunId,
  load: () => readonly DataVersion[] | Promise<readonly DataVersion[]>,
  context: string,
): Promise<void> {
  try {
    const versions = await load()
    if (versions.length === 0) return
    const datasets = versions.map((version): RunData => ({ version, context, found: 'declared' })).map(toDatasetInput)
    await retry(() => client.call('runs/log-inputs', { runId, datasets }), patienceMs)
  } catch (error) {
    warn(`Its data could not be recorded: ${error instanceof Error ? error.message : String(error)}`)
  }
}

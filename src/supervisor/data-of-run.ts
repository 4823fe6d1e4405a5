import type { Client } from '../protocol/client.ts'
import {
  type DataFinding,
  type DataVersion,
  digestOf,
  readContext,
  toDatasetInput,
  writtenContext,
} from '../protocol/data-versions.ts'
import type { RunId } from '../protocol/ids.ts'
import { sampleOpened } from './opened-files.ts'
import { retry } from './retry.ts'

/** What a command has to do with data under version control. */
export interface LaunchData {
  /** Absolute path of the repository with the data. */
  readonly root: string
  /** Versions that it is said to read, as they are before it starts. */
  readonly read: readonly DataVersion[]
  /** The version that a file belongs to, by its path from the root; undefined for one that is not under version control. */
  find(path: string): Promise<DataVersion | undefined>
  /** Looked for once it has ended: what it was said to write and has written. */
  written(): Promise<readonly DataVersion[]>
}

interface Told {
  readonly client: Client
  warn(message: string): void
}

const patienceMs = 60_000

/** Records what a run has to do with data. What cannot be recorded is told, and the run goes on. */
export interface DataRecorder {
  /** What it is said to read, and from then on what it is seen to have open. @param pid of a process above its own */
  start(pid: number): void
  /** Resolves when all is recorded, also what it has written. */
  finish(): Promise<void>
}

export function createDataRecorder(told: Told, runId: RunId, data: LaunchData | undefined): DataRecorder {
  if (data === undefined) return { start: () => {}, finish: () => Promise.resolve() }
  const over = new AbortController()
  let work: Promise<unknown> = Promise.resolve()
  return {
    start(pid) {
      work = note(told, runId, { versions: data.read, context: readContext, found: 'declared' })
        .then(() => sampleOpened(pid, data.root, over.signal, (paths) => noteOpened(told, runId, data, paths)))
        .catch(() => {})
    },
    async finish() {
      over.abort()
      await work
      try {
        const versions = await data.written()
        await note(told, runId, { versions, context: writtenContext, found: 'declared' })
      } catch (error) {
        told.warn(`What it has written could not be recorded: ${messageOf(error)}`)
      }
    },
  }
}

/** @param paths from the root, that were not seen before */
async function noteOpened(told: Told, runId: RunId, data: LaunchData, paths: readonly string[]): Promise<void> {
  const found = await Promise.all(paths.map((path) => data.find(path).catch(() => undefined)))
  const byDigest = new Map(found.flatMap((version) => (version === undefined ? [] : [[digestOf(version), version]])))
  await note(told, runId, { versions: [...byDigest.values()], context: readContext, found: 'opened' })
}

async function note(
  { client, warn }: Told,
  runId: RunId,
  data: { readonly versions: readonly DataVersion[]; readonly context: string; readonly found: DataFinding },
): Promise<void> {
  const { versions, context, found } = data
  if (versions.length === 0) return
  const datasets = versions.map((version) => toDatasetInput({ version, context, found }))
  try {
    await retry(() => client.call('runs/log-inputs', { runId, datasets }), patienceMs)
  } catch (error) {
    warn(`The data that it uses could not be recorded: ${messageOf(error)}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { parseRunId, type RunId } from '../protocol/ids.ts'
import type { CommandExit } from './supervision.ts'

/**
 * The files of one supervised run, in `.runwright/spool/RUN_ID/`: what is not yet safe with the engine. They are
 * written by whoever knows first, survive any process, and go when the engine has acknowledged the end of the run.
 */
export interface Spool {
  readonly folder: string
  /** What the command printed, stdout and stderr as they came. */
  readonly log: string
}

/** Which processes look after a run. */
export interface SpoolState {
  readonly runId: RunId
  readonly host: string
  /** The process that writes `exit.json`; it lives as long as the command. */
  readonly keeperPid: number
}

export function spoolFolder(workspace: string): string {
  return path.join(workspace, dataFolderName, dataFiles.spool)
}

export function spoolOf(workspace: string, runId: RunId): Spool {
  const folder = path.join(spoolFolder(workspace), runId)
  return { folder, log: path.join(folder, 'output.log') }
}

/** Makes the folder; only the user may read what the command prints. */
export async function createSpool(workspace: string, runId: RunId): Promise<Spool> {
  const spool = spoolOf(workspace, runId)
  await mkdir(spool.folder, { recursive: true, mode: 0o700 })
  return spool
}

export function deleteSpool(spool: Spool): Promise<void> {
  return rm(spool.folder, { recursive: true, force: true })
}

export function writeState(spool: Spool, state: SpoolState): Promise<void> {
  return writeWhole(path.join(spool.folder, 'state.json'), state)
}

export function writeExit(spool: Spool, exit: CommandExit): Promise<void> {
  return writeWhole(path.join(spool.folder, 'exit.json'), exit)
}

/** Undefined when there is no state, or it was cut off by a full disk. */
export async function findState(spool: Spool): Promise<SpoolState | undefined> {
  const value = await readJson(path.join(spool.folder, 'state.json'))
  if (typeof value !== 'object' || value === null) return undefined
  if (!('runId' in value && 'host' in value && 'keeperPid' in value)) return undefined
  const { runId, host, keeperPid } = value
  const id = typeof runId === 'string' ? parseRunId(runId) : undefined
  if (id === undefined || typeof host !== 'string' || typeof keeperPid !== 'number') return undefined
  return { runId: id, host, keeperPid }
}

/** Undefined while the command runs, and when the keeper was killed before it could tell. */
export async function findExit(spool: Spool): Promise<CommandExit | undefined> {
  const value = await readJson(path.join(spool.folder, 'exit.json'))
  if (typeof value !== 'object' || value === null || !('exitCode' in value && 'signal' in value)) return undefined
  const { exitCode, signal } = value
  return {
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    signal: typeof signal === 'string' ? signal : null,
  }
}

async function writeWhole(file: string, value: unknown): Promise<void> {
  const beside = `${file}.part`
  await using handle = await open(beside, 'w', 0o600)
  await handle.writeFile(`${JSON.stringify(value)}\n`)
  await handle.sync()
  await rename(beside, file)
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}

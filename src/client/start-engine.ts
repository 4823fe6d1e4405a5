import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { parseErrorBody, RunwrightError } from '../protocol/errors.ts'
import { attemptVariable } from '../protocol/jobs.ts'
import { isRecord } from '../protocol/json.ts'
import { isTrackedByGit } from '../git/git-index.ts'

/** How to start an engine; `--workspace DIR` is added to the arguments. */
export interface EngineCommand {
  /** A Node, or an Electron that is told to be one: for example `process.execPath`. */
  readonly file: string
  readonly args: readonly string[]
  /** Added to the starter's own environment; Electron needs `ELECTRON_RUN_AS_NODE=1` to be Node. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Bounds V8's nursery, in MB for each half. Left to itself it grew until an engine at work held 330 MB, of which 30 were
 * in use; so it holds 220, and a search of 1,000 runs takes some 8 % more of the processor, a batch no more.
 */
const nodeFlags = ['--max-semi-space-size=8']

/** Meant for the starter and its children only: flags of its debugger, for example, or that it belongs to a job. */
const notInherited = ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'VSCODE_INSPECTOR_OPTIONS', attemptVariable]

/**
 * Starts an engine that outlives its starter: in a session of its own, with its output in the log.
 *
 * @returns `ready` when it answers; `locked` when another one has the workspace, or is on its way up or down
 * @throws what kept it from starting: STORAGE_…, or ENGINE_UNREACHABLE when it could not say; STORAGE_READ_ONLY when
 *   the data folder is a link that came with the repository
 */
export async function startEngine(
  workspace: string,
  { file, args, env }: EngineCommand,
  timeoutMs: number,
): Promise<'ready' | 'locked'> {
  await refuseForeignLink(join(workspace, dataFolderName))
  const logPath = join(workspace, dataFolderName, dataFiles.log)
  const log = openLog(logPath)
  try {
    const child = spawn(file, [...nodeFlags, ...args, '--workspace', workspace], {
      cwd: workspace,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'pipe', log ?? 'ignore'],
      env: { ...withoutOurs(process.env), ...env },
    })
    return await outcomeOf(child, file, logPath, timeoutMs)
  } finally {
    if (log !== undefined) closeSync(log)
  }
}

/** Git tracks no folders, only what is in them: what it tracks under the folder's own name is a link, or a repository. */
async function refuseForeignLink(dataFolder: string): Promise<void> {
  if (!(await isTrackedByGit(dataFolder))) return
  throw new RunwrightError('STORAGE_READ_ONLY', `${dataFolder} is kept in git, so nothing is written there.`, {
    hint: `Take it out of the repository: git rm --cached ${dataFolderName}`,
  })
}

/** For what ends an engine before it can log: a missing module, no memory. Without a log it starts all the same. */
function openLog(path: string): number | undefined {
  const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)
  try {
    // Not recursive: a workspace that does not exist is not made.
    for (const folder of [dirname(dirname(path)), dirname(path)]) {
      if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    }
    return openSync(path, flags, 0o600)
  } catch {
    return undefined
  }
}

function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !notInherited.includes(name)))
}

/** The engine's first line on its standard output says how its start went. */
async function outcomeOf(
  child: ChildProcess,
  file: string,
  logPath: string,
  timeoutMs: number,
): Promise<'ready' | 'locked'> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    // Node tells an `error` when the program itself cannot be started; `once` rejects with it.
    const failed = once(child, 'close', { signal }).then(() => '')
    return parseOutcome(await Promise.race([firstLine(child), failed]), logPath)
  } catch (cause) {
    if (cause instanceof RunwrightError) throw cause
    child.kill('SIGKILL')
    const reason = signal.aborted ? `it said nothing for ${timeoutMs} ms` : String(cause)
    throw unreachable(`The engine could not be started with ${file}: ${reason}.`, logPath, cause)
  } finally {
    child.stdout?.destroy()
    child.unref()
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) return ''
  for await (const line of createInterface({ input: child.stdout })) return line
  return ''
}

function parseOutcome(line: string, logPath: string): 'ready' | 'locked' {
  let outcome: unknown
  try {
    outcome = JSON.parse(line)
  } catch {
    throw unreachable('The engine ended at its start.', logPath, new Error(line))
  }
  if (isRecord(outcome)) {
    if (outcome['state'] === 'ready' || outcome['state'] === 'locked') return outcome['state']
    if (outcome['state'] === 'failed') throw parseErrorBody(outcome['error'], 500)
  }
  throw unreachable('What started as the engine is none.', logPath, new Error(line))
}

function unreachable(message: string, logPath: string, cause: unknown): RunwrightError {
  return new RunwrightError('ENGINE_UNREACHABLE', message, { hint: `${logPath} says more.`, cause })
}

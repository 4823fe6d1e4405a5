import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstat } from 'node:fs/promises'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import type { NodeCommand } from '../base/node-command.ts'
import { createPendingAnswers } from '../base/pending-answers.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { DuckdbSettings, FromDuckdb, StatementParam, StatementResult, ToDuckdb } from './duckdb/messages.ts'
import { QueryFailed } from './query-failed.ts'

export type { CellValue, ResultColumn, StatementParam, StatementResult } from './duckdb/messages.ts'

/** A database in memory, in a process of its own. Disposing it kills the process, whatever it does. */
export interface Duckdb extends AsyncDisposable {
  /**
   * Runs one statement. Statements run one after another.
   *
   * @param maxRows how many rows an answer may have; default 100,000
   * @throws QueryFailed with what DuckDB says; CANCELLED; INVALID_STATE when the process has ended
   */
  run(sql: string, params?: readonly StatementParam[], maxRows?: number): Promise<StatementResult>
  /**
   * Reads a file of Arrow (`.arrow`, `.feather`, `.arrows`) into a new temporary table, one record batch after the other.
   * The types of its columns are those that they would have in a Parquet file.
   *
   * @param path one of those that may be read
   * @throws as `run` does; QueryFailed for a file that is damaged, is none, or goes beyond a bound
   */
  loadArrow(path: string, relation: string): Promise<void>
}

const defaultMaxRows = 100_000

/**
 * Opens an empty database. It reads and writes the files it is told of and no others, loads no extension, has no network,
 * and no statement can change that.
 *
 * @param signal kills the process
 * @throws NOT_IMPLEMENTED where DuckDB's native part cannot be loaded; PERMISSION_DENIED when one of the files is a symbolic link, which would allow what it leads to
 */
export async function openDuckdb(command: NodeCommand, settings: DuckdbSettings, signal: AbortSignal): Promise<Duckdb> {
  if (signal.aborted) throw cancelled()
  await Promise.all(settings.allowedPaths.map(refuseLink))
  const child = spawn(command.file, [...command.args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
    windowsHide: true,
    env: { ...process.env, ...compileCache(), ...command.env },
  })
  const conversation = converse(child, signal)
  try {
    await conversation.ask({ kind: 'open', settings })
  } catch (error) {
    await conversation.end()
    throw error
  }
  return {
    run: (sql, params = [], maxRows = defaultMaxRows) => conversation.ask({ kind: 'run', sql, params, maxRows }),
    async loadArrow(path, relation) {
      await conversation.ask({ kind: 'load-arrow', path, relation })
    },
    [Symbol.asyncDispose]: () => conversation.end(),
  }
}

/** What this process keeps of compiled code, that one finds and keeps there, too. */
function compileCache(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

async function refuseLink(path: string): Promise<void> {
  const entry = await lstat(path).catch(() => undefined)
  if (entry?.isSymbolicLink() !== true) return
  throw new RunwrightError('PERMISSION_DENIED', `${path} is a symbolic link, so it is not followed.`)
}

type Question = ToDuckdb extends infer Message ? (Message extends ToDuckdb ? Omit<Message, 'id'> : never) : never

interface Conversation {
  ask(question: Question): Promise<StatementResult>
  /** Resolves when the process is gone. */
  end(): Promise<void>
}

function converse(child: ChildProcess, signal: AbortSignal): Conversation {
  const pending = createPendingAnswers<StatementResult>()
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  // It may have come while the process was about to start.
  if (signal.aborted) kill()
  const said = keepTail(child)
  const giveUp = (error: Error) => {
    signal.removeEventListener('abort', kill)
    pending.end(error)
  }
  const closed = once(child, 'close').then(([code = null, end]: (number | string | null)[]) =>
    giveUp(signal.aborted ? cancelled() : endedEarly(end ?? code, said())),
  )
  // A program that cannot be started has no end.
  const gone = closed.catch((error: Error) => giveUp(error))
  child.on('message', (message: FromDuckdb) => {
    if (message.kind === 'done') pending.resolve(message.id, message.result)
    else pending.reject(message.id, new QueryFailed(message.message))
  })
  return {
    // Where the channel is closed the process has ended, which is told above.
    ask: (question) => pending.ask((id) => child.send({ ...question, id }, () => {})),
    async end() {
      kill()
      await gone
    },
  }
}

/** The last of what the process printed, for an error. */
function keepTail({ stderr }: ChildProcess): () => string {
  let tail = ''
  stderr?.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-2000)))
  return () => tail.trim()
}

function cancelled(): RunwrightError {
  return new RunwrightError('CANCELLED', 'Cancelled.')
}

function endedEarly(how: number | string | null, said: string): RunwrightError {
  const reason = /^\w*Error\b.*: .*$/m.exec(said)?.[0] ?? said.split('\n').at(-1) ?? ''
  if (/Cannot find (module|package) '[^']*@duckdb\/|ERR_DLOPEN_FAILED/.test(said)) return cannotLoad(reason)
  return new RunwrightError(
    'INVALID_STATE',
    `The process that holds DuckDB ended by itself (${String(how)})${reason === '' ? '.' : `: ${reason}`}`,
    { hint: 'If the machine was short of memory, try again with less of it in use.' },
  )
}

/** Everything else of Runwright works where this does not. */
function cannotLoad(reason: string): RunwrightError {
  const platform = `${process.platform}-${process.arch}`
  return new RunwrightError('NOT_IMPLEMENTED', `DuckDB, which reads tables, cannot be loaded on ${platform}.`, {
    hint: `Install the package of Runwright for ${platform}. ${reason}`,
  })
}

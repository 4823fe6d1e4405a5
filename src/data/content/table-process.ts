import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseErrorBody, RunwrightError } from '../../protocol/errors.ts'
import type { Work } from '../work.ts'
import type { TableAnswer, TableAnswers, TableLimits, TableRequest } from './table-request.ts'

/** Omits from each member of a union. */
type Without<Union, Name extends string> = Union extends unknown ? Omit<Union, Name> : never

/** A question, to which where and how it is answered is added. */
export type TableQuestion = Without<TableRequest, 'scratchFolder' | 'limits'>

const limits: TableLimits = {
  memoryMb: 1024,
  scratchMb: 8192,
  threads: Math.min(4, availableParallelism()),
  residentMb: 3072,
}

const timeoutMs = 600_000

/**
 * Asks a process of its own about tables and ends it, however that goes.
 *
 * @throws CANCELLED when the signal came; NOT_IMPLEMENTED where DuckDB cannot be loaded; BAD_REQUEST for a file that
 *   cannot be read within the limits; INVALID_PARAMETER_VALUE for a key that is none
 */
export async function askTables<Ask extends TableRequest['ask']>(
  question: Extract<TableQuestion, { ask: Ask }>,
  { signal }: Pick<Work, 'signal'>,
): Promise<TableAnswers[Ask]> {
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
  await using cleanup = new AsyncDisposableStack()
  const scratchFolder = await mkdtemp(join(tmpdir(), 'runwright-table-'))
  cleanup.defer(() => rm(scratchFolder, { recursive: true, force: true, maxRetries: 5 }))
  const child = startWorker()
  const ended = new Promise((resolve) => child.once('close', resolve))
  cleanup.defer(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const answer = await waitForAnswer(child, { ...question, scratchFolder, limits }, signal)
  if ('error' in answer) throw parseErrorBody(answer.error, 400)
  // SAFETY: the process answers a question with the result that `TableAnswers` has for it.
  return answer.result as TableAnswers[Ask]
}

/** Bundles lie side by side, and so do the sources. */
function startWorker(): ChildProcess {
  const bundled = fileURLToPath(new URL('table-worker.js', import.meta.url))
  const main = existsSync(bundled) ? bundled : fileURLToPath(new URL('table-worker.ts', import.meta.url))
  // What this process was started with, a debugger or a test, is not meant for that one.
  const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...env } = process.env
  return fork(main, [], {
    execArgv: [],
    env: { ...env, ...electronAsNode },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

const electronAsNode = process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }

function waitForAnswer(child: ChildProcess, request: TableRequest, signal: AbortSignal): Promise<TableAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, code: 'CANCELLED' | 'BAD_REQUEST' = 'BAD_REQUEST') =>
      reject(new RunwrightError(code, message))
    const cancel = () => fail('Cancelled.', 'CANCELLED')
    signal.addEventListener('abort', cancel, { once: true })
    const timer = setTimeout(() => fail(`Reading the table took more than ${timeoutMs / 60_000} minutes.`), timeoutMs)
    child.once('close', (code, killedBy) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
      fail(`The process that read the table ended (${killedBy ?? `exit code ${code}`}).`)
    })
    child.once('error', (error) => fail(`No process that reads tables could be started: ${error.message}`))
    // SAFETY: the process is ours and says nothing else.
    child.once('message', (message) => resolve(message as TableAnswer))
    child.send(request, (error) => {
      if (error !== null) fail(`The process that reads tables takes no questions: ${error.message}`)
    })
  })
}

import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type JournalWriter, openJournalWriter } from '../../src/kernels/journal-writer.ts'
import { createLocalKernel, localPatience } from '../../src/kernels/local/start-local-kernel.ts'
import { getEnvironment } from '../../src/kernels/find-environments.ts'
import { createMessageMaker } from '../../src/kernels/session/message-maker.ts'
import { openSession } from '../../src/kernels/session/session.ts'
import { hasExecutionEnded } from '../../src/protocol/kernels.ts'
import { newExecutionId } from '../../test/contract/kernel.ts'

/**
 * Measures what the journal costs: a cell that flushes lines, in a session as the keeper has it, once with the journal
 * and once with one that keeps nothing.
 *
 * @param folder has a folder `workspace` with an environment `.venv`
 * @returns how many times as long it takes with it
 */
export async function openJournalCost(folder: string): Promise<(lines: number) => Promise<number>> {
  const workspace = join(folder, 'workspace')
  const { argv } = await getEnvironment({ workspace, home: folder, env: {} }, `venv:${workspace}/.venv/bin/python3`)
  const randomId = () => randomBytes(16).toString('hex')
  const { make } = createMessageMaker({ randomId, now: Date.now })

  async function measure(writer: JournalWriter, lines: number): Promise<number> {
    let news = Promise.withResolvers<void>()
    await using session = openSession({
      start: createLocalKernel({
        argv,
        isInterruptedByMessage: false,
        cwd: folder,
        env: process.env,
        connectionPath: join(folder, 'connection.json'),
        patience: localPatience,
        makeRequest: make,
        onRefused: console.error,
      }),
      writer,
      earlier: [],
      now: Date.now,
      randomId,
      changed() {
        news.resolve()
        news = Promise.withResolvers<void>()
      },
      onError: console.error,
    })
    const run = async (code: string) => {
      const executionId = newExecutionId()
      session.execute({ executionId, cell: '', code, isSilent: false, allowsInput: false, stopsOnError: true })
      const isDone = () => hasExecutionEnded(session.executions().at(-1)?.status ?? 'queued')
      while (!isDone()) await news.promise
    }
    await run('pass')
    const from = performance.now()
    await run(`for number in range(${lines}): print(number, flush=True)`)
    return performance.now() - from
  }

  let isOdd = false
  return async (lines) => {
    const journal = join(folder, 'journal')
    const withIt = async () => {
      using writer = openJournalWriter(journal)
      return await measure(writer, lines)
    }
    isOdd = !isOdd
    const first = isOdd ? await withIt() : await measure(keepNothing(), lines)
    const second = isOdd ? await measure(keepNothing(), lines) : await withIt()
    await rm(journal, { recursive: true })
    return isOdd ? first / second : second / first
  }
}

function keepNothing(): JournalWriter {
  let lastSeq = 0
  return {
    get lastSeq() {
      return lastSeq
    },
    append: (bodies, at) => bodies.map((body) => ({ ...body, seq: ++lastSeq, at })),
    sync: () => Promise.resolve(),
    [Symbol.dispose]() {},
  }
}

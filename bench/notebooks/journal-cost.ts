import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type JournalWriter, openJournalWriter } from '../../src/kernels/journal-writer.ts'
import { createLocalKernel, localPatience } from '../../src/kernels/local/start-local-kernel.ts'
import { getEnvironment } from '../../src/kernels/find-environments.ts'
import { createMessageMaker } from '../../src/kernels/session/message-maker.ts'
import { openSession } from '../../src/kernels/session/session.ts'
import { hasExecutionEnded } from '../../src/protocol/kernels.ts'
import { median } from '../median.ts'
import { trivialCell } from './measure-cells.ts'
import { newExecutionId } from '../../test/contract/kernel.ts'

interface Sizes {
  readonly cells: number
  readonly lines: number
}

interface JournalCost {
  /** How many times as long it takes with it. */
  readonly journal: number
  /** Milliseconds of a trivial cell in such a session without it: what a kernel takes of which nobody is told. */
  readonly bare: number
}

/**
 * Measures what the journal costs: a cell that flushes lines, in a session as the keeper has it, once with the journal
 * and once with one that keeps nothing.
 *
 * @param folder has a folder `workspace` with an environment `.venv`
 * @returns what measures it
 */
export async function openJournalCost(folder: string): Promise<(sizes: Sizes) => Promise<JournalCost>> {
  const workspace = join(folder, 'workspace')
  const { argv } = await getEnvironment({ workspace, home: folder, env: {} }, `venv:${workspace}/.venv/bin/python3`)
  const randomId = () => randomBytes(16).toString('hex')
  const { make } = createMessageMaker({ randomId, now: Date.now })

  async function measure(writer: JournalWriter, { cells, lines }: Sizes): Promise<{ cellMs: number; linesMs: number }> {
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
    const time = async (code: string) => {
      const from = performance.now()
      await run(code)
      return performance.now() - from
    }
    await run('pass')
    const cellsMs: number[] = []
    for (let cell = 0; cell < cells; cell++) cellsMs.push(await time(trivialCell))
    const linesMs = await time(`for number in range(${lines}): print(number, flush=True)`)
    return { cellMs: median(cellsMs), linesMs }
  }

  let isOdd = false
  return async (sizes) => {
    const journal = join(folder, 'journal')
    const withIt = async () => {
      using writer = openJournalWriter(journal)
      return await measure(writer, sizes)
    }
    isOdd = !isOdd
    const first = isOdd ? await withIt() : await measure(keepNothing(), sizes)
    const second = isOdd ? await measure(keepNothing(), sizes) : await withIt()
    await rm(journal, { recursive: true })
    const [kept, bare] = isOdd ? [first, second] : [second, first]
    return { journal: kept.linesMs / bare.linesMs, bare: bare.cellMs }
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

/**
 * The process that reads tables: it is asked one question, answers and ends. DuckDB runs here and nowhere else, so that a
 * file that brings it down, or that takes it too long, costs the asker nothing.
 */
import { rmSync } from 'node:fs'
import { RunwrightError, toErrorBody } from '../../protocol/errors.ts'
import type { TableAnswer, TableAnswers, TableRequest } from './table-request.ts'

async function answer(request: TableRequest): Promise<TableAnswers[keyof TableAnswers]> {
  const { openTableDatabase } = await loadDatabase()
  const { openTable } = await import('./table-open.ts')
  const { format, scratchFolder, limits } = request
  const files = request.ask === 'diff' ? [request.old, request.new] : [request.file]
  const paths = files.flatMap((file) => (file === undefined ? [] : [file.path]))
  using database = await openTableDatabase({ paths, scratchFolder, limits })
  if (request.ask === 'preview') {
    const { previewTable } = await import('./table-preview-query.ts')
    const table = await openTable(database, 'table_old', request.file, format)
    return await previewTable(database, format, table, request.rowCount)
  }
  const { diffTables } = await import('./table-diff.ts')
  const old = request.old && (await openTable(database, 'table_old', request.old, format))
  const now = request.new && (await openTable(database, 'table_new', request.new, format))
  return await diffTables(database, format, { old, now }, request.key)
}

/** Everything else of Runwright works where this does not. */
async function loadDatabase() {
  try {
    return await import('./table-database.ts')
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`
    throw new RunwrightError('NOT_IMPLEMENTED', `DuckDB, which reads tables, cannot be loaded on ${platform}.`, {
      hint: `Install the package of Runwright for ${platform}. ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    })
  }
}

function toAnswerError(error: unknown): RunwrightError {
  if (error instanceof RunwrightError) return error
  const text = error instanceof Error ? error.message : String(error)
  return new RunwrightError('BAD_REQUEST', `The table could not be read: ${text.split('\n', 1)[0]}`)
}

/** DuckDB bounds what it keeps, not what it unpacks into. */
function watchMemory({ limits }: TableRequest): void {
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() <= limits.residentMb * 2 ** 20) return
    reply({
      error: toErrorBody(
        new RunwrightError('BAD_REQUEST', `Reading the table took more than ${limits.residentMb} MB of memory.`),
      ),
    })
  }, 100)
  timer.unref()
}

function reply(message: TableAnswer): void {
  process.send?.(message, undefined, undefined, () => process.exit(0))
}

process.once('message', (message) => {
  // SAFETY: the only one who speaks to this process is `table-process.ts`, which started it.
  const request = message as TableRequest
  process.once('disconnect', () => {
    // Whoever asked has gone, and with it whoever would clean up.
    rmSync(request.scratchFolder, { recursive: true, force: true })
    process.exit(1)
  })
  watchMemory(request)
  answer(request).then(
    (result) => reply({ result }),
    (error: unknown) => reply({ error: toErrorBody(toAnswerError(error)) }),
  )
})

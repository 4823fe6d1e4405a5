import path from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { formatCount, formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { drawProgress } from '../data-progress.ts'
import { dataOption, storeOption, toDataFolder } from '../data-option.ts'
import { printable, toJson } from '../text.ts'

function createServerError(): RunwrightError {
  return new RunwrightError('NOT_IMPLEMENTED', 'A database on a server is backed up by its own tools.', {
    hint:
      'Run "pg_dump --format=custom --file=FILE URL", which copies it as it is at one moment while servers write; then copy the ' +
      'folder "artifacts" of --data. In this order, every file that the copy of the database names is there.',
  })
}

export default defineCliCommand({
  name: 'store backup',
  summary: 'Copies the runs, models and artifacts of a store to a folder, also while an engine writes to it.',
  details: `The database is copied as it is at one moment, then every artifact, with hashes of all; the copy is checked before
the folder has its name. "runwright store restore" brings it back, and "runwright store check FOLDER" holds it to its hashes.`,
  example: 'runwright store backup ~/backups/2026-11-29',
  options: { data: dataOption, store: storeOption },
  operands: { usage: 'FOLDER', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [folder = ''], json, workspace }) {
    if (options.store !== undefined) throw createServerError()
    const { backUp } = await import('../../care/back-up.ts')
    const { migrations } = await import('../../engine/migrations.ts')
    const target = path.resolve(context.cwd, folder)
    using drawn = drawProgress(context.stderr, context.now, context.writesProgress)
    const note = await backUp({
      dataFolder: toDataFolder(context, workspace, options.data),
      target,
      migrations,
      version: context.version,
      now: context.now(),
      signal: context.signal,
      onProgress: drawn.progress,
    })
    drawn[Symbol.dispose]()
    if (json) context.stdout.write(toJson({ folder: target, ...note }))
    else {
      const { artifactCount, artifactBytes, storeBytes } = note
      const what = `${formatSize(storeBytes)} of database and ${formatCount(artifactCount, 'artifact')}`
      context.stdout.write(`Backed up ${what} (${formatSize(artifactBytes)}) to ${printable(target)}.\n`)
    }
  },
})

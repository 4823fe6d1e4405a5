import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { formatCount, formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { drawProgress } from '../data-progress.ts'
import { dataOption, storeOption, toDataFolder } from '../data-option.ts'
import { printable, toJson } from '../text.ts'

function createServerError(): RunwrightError {
  return new RunwrightError('NOT_IMPLEMENTED', 'A database on a server is restored by its own tools.', {
    hint:
      'End its servers, put the folder "artifacts" of the backup in the place of that of --data, and run ' +
      '"pg_restore --clean --if-exists --no-owner --dbname=URL FILE".',
  })
}

export default defineCliCommand({
  name: 'store restore',
  summary: 'Puts a backup in the place of a store.',
  details: `Nothing may be using the store: end the engine with "runwright engine stop" first. Where there is a store already,
--force is needed, and what was there is kept in a folder beside. Every file is held to its hash before anything changes.`,
  example: 'runwright store restore ~/backups/2026-11-29',
  options: {
    data: dataOption,
    store: storeOption,
    force: { type: 'boolean', summary: 'Also where there is a store already' },
  },
  operands: { usage: 'FOLDER', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [folder = ''], json, workspace }) {
    if (options.store !== undefined) throw createServerError()
    const { restore } = await import('../../care/restore.ts')
    const { loadBackupNote } = await import('../../care/verify-backup.ts')
    const { migrations } = await import('../../engine/migrations.ts')
    const { prepareDataFolder } = await import('../../engine/data-folder.ts')
    const backup = path.resolve(context.cwd, folder)
    await loadBackupNote(backup)
    const dataFolder = toDataFolder(context, workspace, options.data)
    await mkdir(dataFolder, { recursive: true })
    await prepareDataFolder(dataFolder)
    using drawn = drawProgress(context.stderr, context.now, context.writesProgress)
    const { note, keptFolder } = await restore({
      backup,
      dataFolder,
      migrations,
      isForced: options.force,
      now: context.now(),
      signal: context.signal,
      onProgress: drawn.progress,
    })
    drawn[Symbol.dispose]()
    if (json) context.stdout.write(toJson({ dataFolder, keptFolder, ...note }))
    else {
      const what = `${formatSize(note.storeBytes)} of database and ${formatCount(note.artifactCount, 'artifact')}`
      const kept = keptFolder === null ? '' : `What was there before is in ${printable(keptFolder)}.\n`
      context.stdout.write(
        `Restored ${what} of ${new Date(note.createdAt).toISOString()} to ${printable(dataFolder)}.\n${kept}`,
      )
    }
  },
})

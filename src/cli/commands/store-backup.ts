import path from 'node:path'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { drawProgress } from '../data-progress.ts'
import { dataOption, toDataFolder } from '../data-option.ts'
import { formatCount, printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'store backup',
  summary: 'Copies the runs, models and artifacts of a store to a folder, also while an engine writes to it.',
  details: `The database is copied as it is at one moment, then every artifact, with hashes of all; the copy is checked before
the folder has its name. "runwright store restore" brings it back, and "runwright store check FOLDER" holds it to its hashes.`,
  example: 'runwright store backup ~/backups/2026-11-29',
  options: { data: dataOption },
  operands: { usage: 'FOLDER', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [folder = ''], json, workspace }) {
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

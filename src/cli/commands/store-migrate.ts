import type { StoreMigration } from '../../care/migrate-store.ts'
import { formatCount, formatInteger, formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { drawProgress } from '../data-progress.ts'
import { dataOption, toDataFolder } from '../data-option.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'store migrate',
  summary: 'Copies the store of a data folder to PostgreSQL, and its artifacts to a bucket.',
  details: `All tables go to an empty database, as the store is at one moment, in one transaction: a copy that is cancelled or cut off
leaves nothing there. In the end every table is held to its rows here by count and hash. Artifacts stay in their folder, or go to
the bucket that --artifacts names, which is found as "runwright server --help" says; those that are there already are not sent
again. Nothing in the data folder is changed, and an engine may be using it: what it writes meanwhile is not in the copy.`,
  example:
    'runwright store migrate --data ~/runs --to postgres://runwright@db.example.org/runs --artifacts s3://team/runs',
  options: {
    to: { type: 'string', value: 'URL', summary: 'An empty PostgreSQL database, as postgres://USER@HOST/DATABASE' },
    artifacts: { type: 'string', value: 'URL', summary: 'A bucket for the artifacts, as s3://BUCKET/PREFIX' },
    'replace-zeros': {
      type: 'boolean',
      summary: 'Put U+FFFD in the place of zero characters, which PostgreSQL cannot hold',
    },
    data: dataOption,
  },
  ownsSignals: true,
  async run(context, { options, json, workspace }) {
    if (options.to === undefined && options.artifacts === undefined) {
      throw usageError('store migrate', 'Name a database by --to, a bucket by --artifacts, or both.')
    }
    const { migrateStore } = await import('../../care/migrate-store.ts')
    const { openArtifactStore, openTargetBucket } = await import('../../engine/open-artifact-store.ts')
    const { migrations } = await import('../../engine/migrations.ts')
    const dataFolder = toDataFolder(context, workspace, options.data)
    const { env, signal } = context
    const artifactStore = await openArtifactStore({ dataFolder, env })
    const bucket =
      options.artifacts === undefined
        ? undefined
        : await openTargetBucket({ dataFolder, env, named: options.artifacts, signal })
    using drawn = drawProgress(context.stderr, context.now, context.writesProgress)
    const migration = await migrateStore({
      dataFolder,
      to: options.to,
      artifactStore,
      bucket,
      migrations,
      areZerosReplaced: options['replace-zeros'],
      signal,
      onProgress: drawn.progress,
    })
    drawn[Symbol.dispose]()
    const { store = null, artifacts = null } = migration
    if (json) context.stdout.write(toJson({ store, artifacts, artifactsBefore: artifactStore.label }))
    else context.stdout.write(formatMigration(migration, dataFolder, artifactStore.label))
  },
})

function formatMigration({ store, artifacts }: StoreMigration, dataFolder: string, before: string): string {
  const folder = printable(dataFolder)
  const lines: string[] = []
  if (artifacts !== undefined) {
    const { count, sizeBytes, sentCount, label } = artifacts
    const what = `${formatCount(count, 'artifact')} (${formatSize(sizeBytes)})`
    lines.push(`${what} ${count === 1 ? 'is' : 'are'} in ${label} now; ${formatInteger(sentCount)} sent.`)
  } else lines.push(`Artifacts stay in ${printable(before)}.`)
  if (store !== undefined) {
    const { rowCount, tables, database, replacedZeros, isBehind } = store
    lines.unshift(
      `Copied ${formatCount(rowCount, 'row')} of ${formatCount(tables.length, 'table')} to ${database}; all are the same there.`,
    )
    if (replacedZeros > 0) lines.push(`${formatCount(replacedZeros, 'zero character')} became U+FFFD.`)
    if (isBehind) {
      lines.push(
        `${folder} was written to meanwhile, and what was written since is not in the copy.`,
        'End what writes to it, empty the database, and migrate again.',
      )
    }
  }
  const moved = [
    ...(store === undefined ? [] : ['store.db with store.db-wal and store.db-shm']),
    ...(artifacts === undefined ? [] : ['artifacts']),
  ]
  const options = [
    ...(store === undefined ? [] : [`--store ${store.database}`]),
    ...(artifacts === undefined ? [] : [`--artifacts ${artifacts.label}`]),
  ]
  lines.push(
    '',
    `To serve it from there, end what uses ${folder}, move ${moved.join(' and ')} out of it, and start`,
    `  runwright server --data ${folder} ${options.join(' ')}`,
    '',
  )
  return lines.join('\n')
}

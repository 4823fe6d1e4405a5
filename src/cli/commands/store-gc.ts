import path from 'node:path'
import { throwIfCancelled } from '../../protocol/errors.ts'
import type { Garbage, GarbageName, HeldGarbage } from '../../protocol/garbage.ts'
import { formatCount, formatSize, parseTime } from '../../protocol/quantities.ts'
import { defineCliCommand, usageError } from '../command.ts'
import type { CliContext } from '../context.ts'
import { drawProgress } from '../data-progress.ts'
import { dataOption, storeOption } from '../data-option.ts'
import { openGarbage, type OpenedGarbage } from '../open-garbage.ts'
import { formatTable } from '../table.ts'
import { formatAge, printable, toJson } from '../text.ts'

const defaultAge = '30d'

/** Things that are shown to people; JSON has more. */
const shownThings = 20

/** Deleted between two looks at the signal, in a transaction that others wait behind. */
const batchSize = 20

export default defineCliCommand({
  name: 'store gc',
  summary: 'Deletes for good what was deleted long ago; without --yes it only tells what would go.',
  details: `Runs, logged models and experiments that were deleted, with all that was logged to them and their artifacts, and datasets
that only they had as inputs; and folders of artifacts that no run or model knows any more. A run stays whose files a version of a
registered model has. What is gone cannot be restored, other than from a backup.`,
  example: 'runwright store gc --older-than 90d --yes',
  options: {
    yes: { type: 'boolean', short: 'y', summary: 'Delete; otherwise nothing changes' },
    'older-than': {
      type: 'string',
      value: 'TIME',
      summary: `Keep what was deleted later; 0 keeps nothing. Default: ${defaultAge}`,
    },
    data: dataOption,
    store: storeOption,
  },
  ownsSignals: true,
  async run(context, { options, json, workspace }) {
    const before = context.now() - parseAge(options['older-than'] ?? defaultAge)
    const folder = options.data === undefined ? undefined : path.resolve(context.cwd, options.data)
    if (options.store !== undefined && folder === undefined) throw usageError('store gc', '--store needs --data DIR.')
    await using opened = await openGarbage(context, workspace, folder, options.store)
    const { garbage, held } = await opened.list({ before })
    const gone = options.yes ? await removeAll(context, opened, garbage, before) : garbage
    const removedBytes = gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const result = { removed: gone, removedBytes, held, isDryRun: !options.yes }
    context.stdout.write(json ? toJson(result) : formatResult(result, context.now(), context.stdout.columns))
  },
})

/** @returns those that are gone: some may have been restored meanwhile */
async function removeAll(context: CliContext, opened: OpenedGarbage, garbage: readonly Garbage[], before: number) {
  using drawn = drawProgress(context.stderr, context.now, context.writesProgress)
  const totalBytes = garbage.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const gone: Garbage[] = []
  for (let start = 0; start < garbage.length; start += batchSize) {
    throwIfCancelled(context)
    const batch = garbage.slice(start, start + batchSize)
    const { removed } = await opened.remove({ before, names: batch.map(({ kind, id }) => ({ kind, id })) })
    const isRemoved = (each: GarbageName) => removed.some(({ kind, id }) => kind === each.kind && id === each.id)
    gone.push(...batch.filter(isRemoved))
    const doneBytes = gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    drawn.progress({ phase: 'remove', doneFiles: gone.length, totalFiles: garbage.length, doneBytes, totalBytes })
  }
  return gone
}

function parseAge(text: string): number {
  if (text === '0') return 0
  const seconds = parseTime(text)
  if (seconds === undefined) throw usageError('store gc', `--older-than ${text}: expected a time such as 12h or 30d.`)
  return seconds * 1000
}

function formatResult(
  result: { removed: readonly Garbage[]; removedBytes: number; held: readonly HeldGarbage[]; isDryRun: boolean },
  now: number,
  width: number | undefined,
): string {
  const { removed, removedBytes, held, isDryRun } = result
  const stays = held.map(({ kind, name, neededBy }) => `The ${kind} ${printable(name)} stays: ${neededBy} needs it.\n`)
  if (removed.length === 0) return `${stays.join('')}Nothing is to be deleted for good.\n`
  const columns = [
    { title: 'WHAT' },
    { title: 'ID' },
    { title: 'NAME', minWidth: 10 },
    { title: 'DELETED' },
    { title: 'SIZE', align: 'right' as const },
  ]
  const rows = removed
    .slice(0, shownThings)
    .map(({ kind, id, name, deletedTime, sizeBytes }) => [
      kind,
      kind === 'folder' ? '' : id.slice(0, 10),
      name,
      formatAge(now - deletedTime),
      formatSize(sizeBytes),
    ])
  const more = removed.length > rows.length ? `… and ${removed.length - rows.length} more\n` : ''
  const what = `${formatCount(removed.length, 'thing')}, ${formatSize(removedBytes)} of artifacts`
  const end = isDryRun ? `Would delete ${what} for good. "--yes" deletes them.\n` : `Deleted ${what} for good.\n`
  return `${formatTable(columns, rows, width)}${more}${stays.join('')}${end}`
}

import path from 'node:path'
import { listRemoteNames } from '../../data/dvc-config.ts'
import type { GcResult } from '../../data/gc.ts'
import type { DataRemote } from '../../data/remote.ts'
import { type DataRepository, openDataRepository } from '../../data/repository.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { formatCount, formatSize, parseTime } from '../../protocol/quantities.ts'
import { defineCliCommand, usageError } from '../command.ts'
import type { CliContext } from '../context.ts'
import { openData } from '../open-data.ts'
import { loadNeedsOfRuns } from '../run-data.ts'
import { formatTable } from '../table.ts'
import { toJson } from '../text.ts'

const defaultAge = '1d'

/** Objects that are shown to people; JSON has more. */
const shownObjects = 20

export default defineCliCommand({
  name: 'data gc',
  summary: 'Deletes data from the cache that nothing needs any more; without --yes it only tells what would go.',
  details: `Data is needed by every branch, tag and remote branch with all of its history, by stashes, by what is added to git, by
the files of all work trees, and by runs and registered models of the workspaces there. Where one of these cannot be
asked, nothing is deleted. With --remote the same is done to a remote: fetch the branches of all who push to it first. What
came lately stays, because somebody may be about to commit what names it.`,
  example: 'runwright data gc --yes',
  options: {
    yes: { type: 'boolean', short: 'y', summary: 'Delete; otherwise nothing changes' },
    'older-than': {
      type: 'string',
      value: 'TIME',
      summary: `Keep what came to the cache or the remote later; 0 keeps nothing. Default: ${defaultAge}`,
    },
    remote: { type: 'string', short: 'r', value: 'NAME', summary: 'Delete from this remote instead of the cache' },
    repo: {
      type: 'string',
      multiple: true,
      value: 'DIR',
      summary: 'Another repository that uses the same cache: what it needs stays',
    },
    unshared: { type: 'boolean', summary: 'No other repository uses the cache, though it lies outside of this one' },
    'forget-unlisted': {
      type: 'boolean',
      summary: 'Go on where the list of a folder is neither here nor in the remote, and risk its files',
    },
  },
  ownsSignals: true,
  async run(context, { options, json, workspace }) {
    const { collectGarbage, isSharedCache } = await import('../../data/gc.ts')
    const { listWorkspaces } = await import('../../data/needed.ts')
    using data = await openData(context, workspace)
    const { repository, work } = data
    const ageMs = parseAge(options['older-than'] ?? defaultAge)
    const others = await openOthers(context.cwd, options.repo)
    const { remote: remoteName } = options
    if (remoteName === undefined && isSharedCache(repository) && others.length === 0 && !options.unshared)
      throw createShared(repository)
    await using remote = remoteName === undefined ? undefined : await open(repository, remoteName, context.env)
    await using lists = hasDefaultRemote(repository) ? await open(repository, undefined, context.env) : undefined
    const workspaces = await Promise.all([repository, ...others].map((each) => listWorkspaces(each, context.env, work)))
    const runs = await loadNeedsOfRuns(context, [...new Set([...workspaces.flat(), workspace])])
    const result = await collectGarbage(
      repository,
      {
        env: context.env,
        isDryRun: !options.yes,
        before: context.now() - ageMs,
        isWithUnknownAge: ageMs === 0,
        others: runs,
        repositories: others,
        isWithoutUnreadLists: options['forget-unlisted'],
        lists,
        remote,
      },
      work,
    )
    data[Symbol.dispose]()
    const { runCount } = runs
    if (json) context.stdout.write(toJson({ ...result, runCount, isDryRun: !options.yes }))
    else context.stdout.write(formatResult(result, runCount, options.yes, context.stdout.columns))
  },
})

async function open(repository: DataRepository, name: string | undefined, env: CliContext['env']): Promise<DataRemote> {
  const { findRemoteName, openRemote, readRemoteOptions, withoutChunks } = await import('../../data/open-remote.ts')
  return openRemote(withoutChunks(readRemoteOptions(repository, findRemoteName(repository.config, name), env)))
}

function hasDefaultRemote({ config }: DataRepository): boolean {
  return config.get('core')?.has('remote') === true || listRemoteNames(config).length === 1
}

function parseAge(text: string): number {
  if (text === '0') return 0
  const seconds = parseTime(text)
  if (seconds === undefined) throw usageError('data gc', `--older-than ${text}: expected a time such as 12h or 2d.`)
  return seconds * 1000
}

function openOthers(cwd: string, folders: readonly string[]): Promise<readonly DataRepository[]> {
  return Promise.all(folders.map((folder) => openDataRepository(path.resolve(cwd, folder))))
}

function createShared({ cacheFolder }: DataRepository): RunwrightError {
  return new RunwrightError('INVALID_STATE', `The cache ${cacheFolder} may be shared with other repositories.`, {
    hint: 'Name each of them with --repo DIR, so that what it needs stays; or say --unshared.',
  })
}

function formatResult(result: GcResult, runCount: number, isDone: boolean, width: number | undefined): string {
  const { removed, removedCount, removedBytes, keptCount, pointerCount } = result
  const objects = (count: number) => formatCount(count, 'object')
  const known = `Needed: ${objects(keptCount)}, by ${formatCount(pointerCount, 'version')} of .dvc files and ${formatCount(runCount, 'run')}.\n`
  const stays = formatWhatStays(result)
  if (removedCount === 0) return `Nothing is to be deleted. ${known}${stays}`
  const list = removed.slice(0, shownObjects)
  const columns = [{ title: 'OBJECT' }, { title: 'SIZE', align: 'right' as const }]
  const table = formatTable(
    columns,
    list.map(({ key, sizeBytes }) => [key, formatSize(sizeBytes)]),
    width,
  )
  const more = removedCount > list.length ? `… and ${removedCount - list.length} more\n` : ''
  const what = `${objects(removedCount)}, ${formatSize(removedBytes)}`
  const end = isDone ? `Deleted ${what}.\n` : `Would delete ${what}. "--yes" deletes them.\n`
  return `${table}${more}${stays}${known}${end}`
}

/** Of what is not needed. */
function formatWhatStays({ youngCount, unknownAgeCount, heldBackCount, heldBackBytes }: GcResult): string {
  const lines = [
    { count: youngCount, why: 'too new to be deleted: ', end: '.' },
    {
      count: unknownAgeCount,
      why: 'of unknown age: ',
      end: '; the remote does not tell it. "--older-than 0" deletes them.',
    },
  ]
  const said = lines
    .filter(({ count }) => count > 0)
    .map(({ count, why, end }) => `Not needed, and ${why}${formatCount(count, 'object')}${end}\n`)
  if (heldBackCount > 0) {
    const packs = formatCount(heldBackCount, 'pack')
    said.push(`Not needed, and stays in ${packs} with what is needed: ${formatSize(heldBackBytes)}.\n`)
  }
  return said.join('')
}

import { basename, join } from 'node:path'
import { type DataHash, parseDataHash } from '../data/hash.ts'
import { isThere } from '../git/is-there.ts'
import type { Client } from '../protocol/client.ts'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { CliContext } from './context.ts'

/** What the runs and registered models of workspaces need. */
export interface NeedsOfRuns {
  /** Of the code that they ran; data is named in it. */
  readonly commits: readonly string[]
  /** Data that they have read or written, and that their tags name. */
  readonly hashes: readonly DataHash[]
  readonly runCount: number
}

/** Runs that are asked for at a time. */
const pageSize = 10_000

/** `models/list` gives no more, and there is no next page. */
const maxModels = 1000

/** So many `runs/list` gives of each run. */
const maxColumns = 200

/**
 * Asks the engine of each workspace that has runs, deleted ones included, since they can be restored.
 *
 * @param workspaces absolute
 * @throws INVALID_STATE where an engine cannot be asked: nobody is to guess what its runs need
 */
export async function loadNeedsOfRuns(
  { connect }: Pick<CliContext, 'connect'>,
  workspaces: readonly string[],
): Promise<NeedsOfRuns> {
  const [commits, hashes] = [new Set<string>(), new Set<DataHash>()]
  let runCount = 0
  for (const workspace of workspaces) {
    if (!(await isThere(join(workspace, dataFolderName, dataFiles.store)))) continue
    try {
      await using client = await connect(workspace)
      for (const text of (await client.call('lineage/hashes', {})).hashes) {
        const hash = parseDataHash(text)
        if (hash !== undefined) hashes.add(hash)
      }
      for await (const value of readTagValues(client)) {
        runCount += value.isNewRun ? 1 : 0
        for (const word of value.text.match(/[0-9a-f]{32,64}(\.dir)?/g) ?? []) {
          const hash = parseDataHash(word)
          if (hash !== undefined) hashes.add(hash)
          else commits.add(word)
        }
      }
    } catch (cause) {
      throw createUnasked(workspace, cause)
    }
  }
  return { commits: [...commits], hashes: [...hashes], runCount }
}

function createUnasked(workspace: string, cause: unknown): RunwrightError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RunwrightError('INVALID_STATE', `What the runs of ${workspace} need is not known: ${reason}`, {
    hint: `Nothing was deleted. "runwright runs list --workspace ${basename(workspace)}" must work first.`,
    cause,
  })
}

interface TagValue {
  readonly text: string
  readonly isNewRun: boolean
}

/** The values of all tags that name code or data, of runs and model versions. */
async function* readTagValues(client: Client): AsyncGenerator<TagValue> {
  const { experiments } = await client.call('experiments/list', { view: 'ALL' })
  const experimentIds = experiments.map(({ experimentId }) => experimentId)
  const keys = await listKeys(client, experimentIds)
  if (keys.length > maxColumns)
    throw new RunwrightError('INVALID_STATE', `they have ${keys.length} tags that name data.`)
  const columns = keys.map((key) => ({ kind: 'tag' as const, key }))
  for (let pageToken: string | undefined; experimentIds.length > 0;) {
    const page = { limit: pageSize, view: 'ALL' as const, ...(pageToken === undefined ? {} : { pageToken }) }
    const { runs, nextPageToken } = await client.call('runs/list', { experimentIds, columns, ...page })
    for (const { values } of runs) yield { text: values.join(' '), isNewRun: true }
    pageToken = nextPageToken
    if (pageToken === undefined) break
  }
  const { models } = await client.call('models/list', {})
  if (models.length >= maxModels) throw new RunwrightError('INVALID_STATE', `it has ${models.length} models or more.`)
  for (const { name } of models) {
    const { versions } = await client.call('models/get', { name })
    const tags = versions.flatMap((version) => version.tags.filter(({ key }) => key.startsWith(tagNames.data)))
    yield { text: tags.map(({ value }) => value).join(' '), isNewRun: false }
  }
}

async function listKeys(client: Client, experimentIds: readonly ExperimentId[]): Promise<readonly string[]> {
  const keys = new Set<string>([tagNames.gitCommit, tagNames.gitSnapshot])
  for (const experimentId of experimentIds) {
    const { tags } = await client.call('experiments/keys', { experimentId })
    for (const key of tags) if (key.startsWith(tagNames.data)) keys.add(key)
  }
  return [...keys]
}

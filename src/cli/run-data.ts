import { basename, join } from 'node:path'
import { mapConcurrently } from '../base/map-concurrently.ts'
import { type DataHash, parseDataHash, parseSha256, type Sha256 } from '../data/hash.ts'
import type { OtherNeeds } from '../data/needed.ts'
import { isThere } from '../git/is-there.ts'
import type { Client } from '../protocol/client.ts'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import type { Methods, RunListRow } from '../protocol/methods.ts'
import { artifactPaths, tagNames } from '../protocol/tag-names.ts'
import type { CliContext } from './context.ts'

/** What the runs and registered models of workspaces need. */
export interface NeedsOfRuns extends OtherNeeds {
  readonly runCount: number
}

/** Runs that are asked for at a time. */
const pageSize = 10_000

/** `models/list` gives no more, and there is no next page. */
const maxModels = 1000

/** So many `runs/list` gives of each run. */
const maxColumns = 200

const concurrency = 8

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
  const needs = createNeeds()
  for (const workspace of workspaces) {
    if (!(await isThere(join(workspace, dataFolderName, dataFiles.store)))) continue
    try {
      await using client = await connect(workspace)
      const experimentIds = (await client.call('experiments/list', { view: 'ALL' })).experiments.map(
        ({ experimentId }) => experimentId,
      )
      if (experimentIds.length > 0) {
        await readTags(client, experimentIds, needs)
      }
      await readModels(client, needs)
      // What runs have read and written, and the files of model versions.
      for (const hash of (await client.call('lineage/hashes', {})).hashes) needs.addText(hash)
    } catch (cause) {
      throw createUnasked(workspace, cause)
    }
  }
  return needs.finish()
}

function createUnasked(workspace: string, cause: unknown): RunwrightError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RunwrightError('INVALID_STATE', `What the runs of ${workspace} need is not known: ${reason}`, {
    hint: `Nothing was deleted. "runwright runs list --workspace ${basename(workspace)}" must work first.`,
    cause,
  })
}

interface Needs {
  /** Whatever in it looks like a hash or a commit may be one. */
  addText(text: string): void
  countRun(): void
  finish(): NeedsOfRuns
}

function createNeeds(): Needs {
  const [commits, hashes, manifests] = [new Set<string>(), new Set<DataHash>(), new Set<Sha256>()]
  let runCount = 0
  return {
    addText(text) {
      for (const word of text.match(/[0-9a-f]{32,64}(\.dir)?/g) ?? []) {
        const [hash, sha256] = [parseDataHash(word), parseSha256(word)]
        if (hash !== undefined) hashes.add(hash)
        if (sha256 !== undefined) manifests.add(sha256)
        commits.add(word)
      }
    },
    countRun: () => void runCount++,
    finish: () => ({ commits: [...commits], hashes: [...hashes], manifests: [...manifests], runCount }),
  }
}

/** The tags of runs that name code or data. */
async function readTags(client: Client, experimentIds: readonly ExperimentId[], needs: Needs): Promise<void> {
  const keys = new Set<string>([tagNames.gitDirty, tagNames.gitCommit, tagNames.gitSnapshot])
  for (const experimentId of experimentIds) {
    const { tags } = await client.call('experiments/keys', { experimentId })
    for (const key of tags) if (key.startsWith(tagNames.data)) keys.add(key)
  }
  if (keys.size > maxColumns) throw new RunwrightError('INVALID_STATE', `they have ${keys.size} tags that name data.`)
  const columns = [...keys].map((key) => ({ kind: 'tag' as const, key }))
  const changed: RunId[] = []
  for await (const { runId, values } of listRuns(client, { experimentIds, columns })) {
    needs.countRun()
    needs.addText(values.join(' '))
    if (values[0] === 'true') changed.push(runId)
  }
  await mapConcurrently(changed, concurrency, async (runId) => {
    const patch = await loadPatch(client, runId)
    if (patch?.includes('.dvc') === true) needs.addText(patch.toString('latin1'))
  })
}

/** What was changed and not committed when a run began; its `.dvc` files may be in no commit. */
async function loadPatch(client: Client, runId: RunId): Promise<Buffer | undefined> {
  try {
    return Buffer.from(await new Response(await client.download(runId, artifactPaths.patch)).arrayBuffer())
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

type RunQuery = Pick<Methods['runs/list']['params'], 'experimentIds' | 'columns'>

async function* listRuns(client: Client, query: RunQuery): AsyncGenerator<RunListRow> {
  let pageToken: string | undefined
  do {
    const page = { limit: pageSize, view: 'ALL' as const, ...(pageToken === undefined ? {} : { pageToken }) }
    const answer = await client.call('runs/list', { ...query, ...page })
    yield* answer.runs
    pageToken = answer.nextPageToken
  } while (pageToken !== undefined)
}

/** The files of model versions. */
async function readModels(client: Client, needs: Needs): Promise<void> {
  const { models } = await client.call('models/list', {})
  if (models.length >= maxModels) throw new RunwrightError('INVALID_STATE', `it has ${models.length} models or more.`)
  for (const { name } of models) {
    const { versions } = await client.call('models/get', { name })
    const tags = versions.flatMap((version) => version.tags.filter(({ key }) => key.startsWith(tagNames.data)))
    for (const { value } of tags) needs.addText(value)
  }
}

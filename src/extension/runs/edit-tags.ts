import type { Client } from '../../protocol/client.ts'
import type { ExperimentId } from '../../protocol/ids.ts'
import type { Run } from '../../protocol/runs.ts'
import { isSystemTag } from '../../protocol/tag-names.ts'
import type { CommandContext } from '../context.ts'
import { countRuns } from '../tree/format.ts'
import { pickOrType } from './pick-or-type.ts'
import type { RunAddress } from './run-address.ts'
import { localize } from '../localize.ts'

interface LoadedRun {
  readonly client: Client
  readonly run: Run
}

/** Asks for a key and a value, with those in use to choose from, and sets the tag on all the runs. */
export async function setTag(context: CommandContext, addresses: readonly RunAddress[]): Promise<void> {
  const runs = await loadRuns(context, addresses)
  const [first] = runs
  if (first === undefined) return
  const title = localize('Set Tag of {runs}', { runs: nameRuns(runs) })
  const { experimentId } = first.run
  const key = await pickOrType(context, title, localize('Key of the tag'), listKeys(first.client, experimentId))
  if (key === undefined) return
  const value = await pickOrType(
    context,
    title,
    localize('Value of {key}', { key }),
    listValues(first.client, experimentId, key),
  )
  if (value === undefined) return
  for (const { client, run } of runs) await client.call('runs/set-tag', { runId: run.runId, key, value })
}

/** Asks which of the tags of the runs are to go. */
export async function removeTags(context: CommandContext, addresses: readonly RunAddress[]): Promise<void> {
  const runs = await loadRuns(context, addresses)
  const title = localize('Remove Tags of {runs}', { runs: nameRuns(runs) })
  const tags = listUserTags(runs.map(({ run }) => run))
  if (tags.size === 0) {
    await context.vscode.window.showInformationMessage(
      localize('There is no tag to remove of {runs}.', { runs: nameRuns(runs) }),
    )
    return
  }
  const items = [...tags].map(([label, values]) => ({ label, description: [...values].join(', ') }))
  const picked = await context.vscode.window.showQuickPick(items, { title, canPickMany: true })
  for (const { label: key } of picked ?? []) {
    const having = runs.filter(({ run }) => run.tags.some((tag) => tag.key === key))
    for (const { client, run } of having) await client.call('runs/delete-tag', { runId: run.runId, key })
  }
}

/** Exported for its test. Tags that users set, sorted by key, with their different values. */
export function listUserTags(runs: readonly Pick<Run, 'tags'>[]): ReadonlyMap<string, ReadonlySet<string>> {
  const tags = runs.flatMap((run) => run.tags).filter(({ key }) => !isSystemTag(key))
  const byKey = Map.groupBy(
    tags.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    ({ key }) => key,
  )
  return new Map([...byKey].map(([key, same]) => [key, new Set(same.map(({ value }) => value))]))
}

async function listKeys(client: Client, experimentId: ExperimentId): Promise<readonly string[]> {
  const { tags } = await client.call('experiments/keys', { experimentId })
  return tags.filter((key) => !isSystemTag(key))
}

/** The most used first. */
async function listValues(client: Client, experimentId: ExperimentId, key: string): Promise<readonly string[]> {
  const columns = [{ kind: 'tag', key }] as const
  const { columns: answers } = await client.call('table/statistics', { experimentIds: [experimentId], columns })
  const [statistics] = answers
  return statistics?.kind === 'texts' ? statistics.top.map(({ value }) => value) : []
}

function loadRuns({ connections }: CommandContext, addresses: readonly RunAddress[]): Promise<readonly LoadedRun[]> {
  return Promise.all(
    addresses.map(async ({ connectionId, runId }) => {
      const client = await connections.client(connectionId)
      return { client, run: (await client.call('runs/get', { runId })).run }
    }),
  )
}

function nameRuns(runs: readonly LoadedRun[]): string {
  const [first] = runs
  return runs.length === 1 && first !== undefined ? `“${first.run.name}”` : countRuns(runs.length)
}

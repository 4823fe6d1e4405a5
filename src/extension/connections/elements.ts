import type { ExperimentId, RunId } from '../../protocol/ids.ts'
import type { RunElement, TreeElement } from '../tree/element.ts'
import { findParent } from '../tree/element.ts'
import { newErrorNotice } from '../tree/error-notice.ts'
import type { Connection, Connections } from './connections.ts'
import { localize } from '../localize.ts'

/**
 * The view's roots: the connections, or with just one its experiments at once. Waits for a sole connection, so that the
 * view shows its progress bar and not the text for an empty workspace.
 */
export async function listRoots(connections: Connections): Promise<readonly TreeElement[]> {
  const all = connections.list()
  const [only] = all
  if (all.length > 1 || only === undefined) return all.map(({ element }) => element)
  return listExperiments(only, undefined)
}

async function listExperiments(
  connection: Connection,
  parent: TreeElement | undefined,
): Promise<readonly TreeElement[]> {
  await connection.settled
  const { state, id } = connection
  if (state.kind === 'failed') return [newErrorNotice(id, parent, state.error)]
  if (state.kind === 'connecting') return []
  const experiments = await state.tree.experiments()
  if (experiments.length > 0 || parent === undefined) return experiments
  return [
    { kind: 'notice', id: `${id}/empty`, parent, severity: 'info', text: localize('No runs yet'), hint: undefined },
  ]
}

/** What is below an element; a failure to fetch it becomes a line that says so. */
export async function listChildren(connections: Connections, element: TreeElement): Promise<readonly TreeElement[]> {
  try {
    const connection = connections.find(findConnectionId(element))
    if (connection === undefined) return []
    if (element.kind === 'connection') return await listExperiments(connection, element)
    return connection.state.kind === 'connected' ? await connection.state.tree.children(element) : []
  } catch (error) {
    return [newErrorNotice(element.id, element, error)]
  }
}

export function findParentElement(connections: Connections, element: TreeElement): TreeElement | undefined {
  if (element.kind !== 'experiment') return findParent(element)
  return connections.list().length > 1 ? connections.find(element.connectionId)?.element : undefined
}

/** The connection an element belongs to; empty for a notice at the root. */
export function findConnectionId(element: TreeElement): string {
  if (element.kind === 'connection' || element.kind === 'experiment') return element.connectionId
  const parent = findParent(element)
  return parent === undefined ? '' : findConnectionId(parent)
}

/** Pages of runs that are fetched to find one. */
const mostPages = 10

/** A run among those that the view shows, or would show after more were loaded; undefined when its filter hides it. */
export async function findRunElement(
  connections: Pick<Connections, 'find'>,
  wanted: { readonly connectionId: string; readonly experimentId: ExperimentId; readonly runId: RunId },
): Promise<RunElement | undefined> {
  const state = connections.find(wanted.connectionId)?.state
  if (state?.kind !== 'connected') return undefined
  const experiments = await state.tree.experiments()
  const experiment = experiments.find((element) => element.experiment.experimentId === wanted.experimentId)
  if (experiment === undefined) return undefined
  for (let page = 0; page < mostPages; page++) {
    const children = await state.tree.children(experiment)
    const found = state.tree.runs().find(({ row }) => row.runId === wanted.runId)
    if (found !== undefined || !children.some(({ kind }) => kind === 'more')) return found
    await state.tree.loadMore(experiment)
  }
  return undefined
}

import * as vscode from 'vscode'
import type { Connection, Connections } from '../connections/connections.ts'
import type { ComputePanel } from '../context.ts'
import { computeViewId } from '../contributions.ts'
import type { ComputeElement, TargetElement } from '../jobs/element.ts'
import { listTargets } from '../jobs/list-targets.ts'
import { presentCompute } from '../jobs/target-presentation.ts'
import { describeError } from '../tree/error-notice.ts'
import { drawItem } from './draw-item.ts'
import { createPacedRefresh } from './paced-refresh.ts'

/** Each refresh asks the targets and the GPUs' tools, so many jobs that change at once ask once. */
const refreshIntervalMs = 1000

export interface ComputeView extends ComputePanel, vscode.Disposable {
  /** A job has changed, hence what is free; asked for when somebody looks. */
  changed(): void
}

/** @param connections asked for late, because the connections tell the view */
export function openComputeView(connections: () => Pick<Connections, 'list'>): ComputeView {
  const redraw = new vscode.EventEmitter<undefined>()
  const refresh = createPacedRefresh<'roots'>(refreshIntervalMs, () => redraw.fire(undefined))

  const listRoots = async (): Promise<readonly ComputeElement[]> => {
    const folders = connections()
      .list()
      .filter(({ place }) => place.kind === 'folder')
    const isNamed = folders.length > 1
    return (await Promise.all(folders.map((connection) => listOf(connection, isNamed)))).flat()
  }

  const view = vscode.window.createTreeView<ComputeElement>(computeViewId, {
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getTreeItem: (element) => drawItem(element, presentCompute(element)),
      getChildren: (element) => {
        const listing = element === undefined ? listRoots() : Promise.resolve(listBelow(element))
        refresh.hold('roots', listing)
        return listing.then((children) => [...children])
      },
    },
  })
  const subscriptions = vscode.Disposable.from(view, redraw, refresh)
  const reload = () => refresh.add(['roots'])
  return {
    selection: () => view.selection,
    reload,
    changed() {
      if (view.visible) reload()
    },
    dispose: () => subscriptions.dispose(),
  }
}

async function listOf(connection: Connection, isNamed: boolean): Promise<readonly ComputeElement[]> {
  const { id, place } = connection
  await connection.settled
  if (connection.state.kind !== 'connected') return []
  try {
    const targets = await listTargets(connection.state.client)
    return targets.map((listed): TargetElement => ({
      kind: 'target',
      id: `${id}/${listed.target.name}`,
      connectionId: id,
      folder: isNamed ? place.label : undefined,
      ...listed,
    }))
  } catch (error) {
    return [{ kind: 'trouble', id: `${id}/trouble`, ...describeError(error) }]
  }
}

function listBelow(element: ComputeElement): readonly ComputeElement[] {
  if (element.kind !== 'target') return []
  const { id, devices, problems } = element
  return [
    ...problems.map((text, index): ComputeElement => ({
      kind: 'trouble',
      id: `${id}/${index}`,
      text,
      hint: undefined,
    })),
    ...devices.map((device): ComputeElement => ({
      kind: 'device',
      id: `${id}/${device.uuid}`,
      target: element,
      device,
    })),
  ]
}

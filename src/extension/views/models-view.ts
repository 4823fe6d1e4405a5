import * as vscode from 'vscode'
import type { Connections } from '../connections/connections.ts'
import type { ModelsPanel } from '../context.ts'
import { modelsViewId } from '../contributions.ts'
import type { ModelsElement } from '../models/element.ts'
import { listModels, listVersions } from '../models/list-rows.ts'
import { presentModels } from '../models/model-presentation.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import { drawItem } from './draw-item.ts'
import { createPacedRefresh } from './paced-refresh.ts'
import { createShownRows, roots, type ShownRows } from './shown-rows.ts'

/** Just above the 200 ms for which VS Code holds back a refresh that follows another. */
const refreshIntervalMs = 210

export interface ModelsView extends ModelsPanel, vscode.Disposable {
  /** Folders were opened or closed, or are reached now. */
  connectionsChanged(): void
  received(event: ChangeEvent): void
}

/** @param connections asked for late, because they tell the view */
export function openModelsView(connections: () => Pick<Connections, 'list' | 'client'>): ModelsView {
  const redraw = new vscode.EventEmitter<ModelsElement[] | undefined>()
  const draw = (ids: readonly string[]) => {
    if (ids.includes(roots)) return redraw.fire(undefined)
    const elements = ids.map(rows.find).filter((element) => element !== undefined)
    if (elements.length > 0) redraw.fire(elements)
  }
  const refresh = createPacedRefresh<string>(refreshIntervalMs, draw, (id) => view.visible && rows.isUnfolded(id))
  /** Whether something has changed while nobody saw it. */
  let isStale = false
  /** Runs whose names are shown. */
  let runIds: ReadonlySet<string> = new Set()

  const listRoots = async (): Promise<readonly ModelsElement[]> => {
    const folders = connections()
      .list()
      .filter(({ place }) => place.kind === 'folder')
    runIds = new Set()
    return (await Promise.all(folders.map((folder) => listModels(folder, folders.length > 1)))).flat()
  }

  const listBelow = async (element: ModelsElement | undefined): Promise<readonly ModelsElement[]> => {
    if (element === undefined) return listRoots()
    if (element.kind !== 'registered-model') return []
    const { id, connectionId, model } = element
    const versions = await listVersions(() => connections().client(connectionId), {
      id,
      connectionId,
      name: model.name,
    })
    const shown = versions.flatMap((row) => (row.kind === 'model-version' ? row.version.runId : []))
    runIds = new Set([...runIds, ...shown])
    return versions
  }

  const rows: ShownRows<ModelsElement> = createShownRows<ModelsElement>({
    listBelow,
    look: presentModels,
    differ: refresh.add,
  })

  const view = vscode.window.createTreeView<ModelsElement>(modelsViewId, {
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getTreeItem: (element) => drawItem(element, presentModels(element)),
      getChildren(element) {
        const listing = rows.list(element)
        refresh.hold(element?.id ?? roots, listing)
        return listing.then((listed) => [...listed])
      },
    },
    canSelectMany: true,
    showCollapseAll: true,
  })

  const relist = () => {
    isStale = !view.visible
    if (view.visible) void rows.relist()
  }
  const showSelection = () => {
    const [selected] = view.selection
    const context = selected === undefined ? '' : presentModels(selected).context
    void vscode.commands.executeCommand('setContext', 'runwright.selectedModel', context)
  }
  const subscriptions = vscode.Disposable.from(
    view,
    redraw,
    refresh,
    view.onDidChangeSelection(showSelection),
    view.onDidExpandElement(({ element }) => rows.unfold(element.id)),
    view.onDidCollapseElement(({ element }) => rows.fold(element.id)),
    view.onDidChangeVisibility(() => {
      if (isStale) relist()
    }),
  )
  return {
    selection: () => view.selection,
    connectionsChanged: relist,
    received(event) {
      const isShown = event.kind === 'run' && runIds.has(event.runId)
      if (isShown || event.kind === 'registered-model' || event.kind === 'reset') relist()
    },
    dispose: () => subscriptions.dispose(),
  }
}

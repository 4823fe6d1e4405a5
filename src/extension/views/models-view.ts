import * as vscode from 'vscode'
import type { Connections } from '../connections/connections.ts'
import type { ModelsPanel } from '../context.ts'
import { modelsViewId } from '../contributions.ts'
import type { ModelsElement } from '../models/element.ts'
import { listModels, listVersions } from '../models/list-rows.ts'
import { presentModels } from '../models/model-presentation.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import { drawItem } from './draw-item.ts'
import { openListedView } from './listed-view.ts'

export interface ModelsView extends ModelsPanel, vscode.Disposable {
  /** Folders were opened or closed, or are reached now. */
  connectionsChanged(): void
  received(event: ChangeEvent): void
}

/** @param connections asked for late, because they tell the view */
export function openModelsView(connections: () => Pick<Connections, 'list' | 'client'>): ModelsView {
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

  const listed = openListedView<ModelsElement>({
    viewId: modelsViewId,
    listBelow,
    look: presentModels,
    draw: (element) => drawItem(element, presentModels(element)),
  })
  const { view, relist } = listed

  const showSelection = () => {
    const [selected] = view.selection
    const context = selected === undefined ? '' : presentModels(selected).context
    void vscode.commands.executeCommand('setContext', 'runwright.selectedModel', context)
  }
  const subscriptions = vscode.Disposable.from(listed, view.onDidChangeSelection(showSelection))
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

import { join } from 'node:path'
import * as vscode from 'vscode'
import { dataViewId } from '../contributions.ts'
import type { DataFeed } from '../data/data-feed.ts'
import type { FeatureFeed } from '../features/feature-feed.ts'
import { listColumns, listGroups, listSets, listVersions } from '../features/feature-rows.ts'
import { presentData } from '../data/data-presentation.ts'
import { type DataElement, pathOf } from '../data/element.ts'
import { listConflicts, listFolder, listOuts, listRoots, listTrackedFolder, listTrouble } from '../data/list-rows.ts'
import type { DataMerge } from '../../protocol/data-merge.ts'
import type { ShownFeatureSet } from '../../protocol/feature-versions.ts'
import { drawItem } from './draw-item.ts'
import { openListedView } from './listed-view.ts'

export interface DataView extends vscode.Disposable {
  selection(): readonly DataElement[]
  /** All that is shown may be another. */
  changed(): void
}

export interface DataViewParts {
  /** Asked for late, because it tells the view. */
  feed(): DataFeed
  features(): FeatureFeed
  readFeatureSet(folder: string, name: string): Promise<ShownFeatureSet>
  /** What is in conflict in something tracked. @param path from the root of the repository */
  readMerge(root: string, path: string): Promise<DataMerge>
}

export function openDataView(parts: DataViewParts): DataView {
  const { feed } = parts
  const listBelow = async (element: DataElement | undefined): Promise<readonly DataElement[]> => {
    const states = feed().list() ?? []
    switch (element?.kind) {
      case undefined:
        return [...listRoots(states), ...listGroups(parts.features().list())]
      case 'data-repository':
        return states.filter(({ root }) => root === element.root).flatMap(listOuts)
      case 'data-out': {
        const { id, root, out } = element
        if (out.state !== 'conflict') return listTrackedFolder(root, out)
        return parts.readMerge(root, out.path).then(
          (merge) => listConflicts(root, out, merge),
          (error: unknown) => listTrouble(id, error),
        )
      }
      case 'data-entry':
        return listFolder(element.root, element.path)
      case 'data-feature-group':
        return listSets(element)
      case 'data-feature-set': {
        const { id, folder, featureSet } = element
        return parts.readFeatureSet(folder, featureSet.name).then(
          (shown) => listVersions(element, shown),
          (error: unknown) => listTrouble(id, error),
        )
      }
      case 'data-feature-version':
        return listColumns(element)
      default:
        return []
    }
  }

  const listed = openListedView<DataElement>({ viewId: dataViewId, listBelow, look: presentData, draw: toTreeItem })

  const showState = () => {
    const states = feed().list()
    const outs = states?.flatMap(({ root, status }) => (status?.outs ?? []).map(({ path }) => join(root, path))) ?? []
    const isRead = states?.every(({ status, error }) => status !== undefined || error !== undefined) ?? false
    setContext('dataState', states?.length === 0 ? 'none' : !isRead ? 'reading' : outs.length === 0 ? 'empty' : 'some')
    setContext('dataRepositoryCount', states?.length ?? 0)
    setContext('featureFolderCount', parts.features().list().length)
    // Menus of files look whether the file is one of these.
    setContext('dataPaths', outs.slice(0, maxContextPaths))
  }
  return {
    selection: () => listed.view.selection,
    changed() {
      showState()
      listed.relist()
    },
    dispose: () => listed.dispose(),
  }
}

const maxContextPaths = 5000

function toTreeItem(element: DataElement): vscode.TreeItem {
  const item = drawItem(element, presentData(element))
  const path = pathOf(element)
  if (path === undefined || !('root' in element)) return item
  const isFolder =
    element.kind === 'data-out'
      ? element.out.isFolder || element.out.state === 'conflict'
      : 'isFolder' in element && element.isFolder
  // By this the icon theme knows the kind of file, and the marks of the explorer are shown here, too.
  item.resourceUri = vscode.Uri.file(join(element.root, path))
  item.iconPath = isFolder ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File
  return item
}

function setContext(key: string, value: unknown): void {
  void vscode.commands.executeCommand('setContext', `runwright.${key}`, value)
}

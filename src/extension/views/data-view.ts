import { join } from 'node:path'
import * as vscode from 'vscode'
import { dataViewId } from '../contributions.ts'
import type { DataFeed } from '../data/data-feed.ts'
import { presentData } from '../data/data-presentation.ts'
import { type DataElement, pathOf } from '../data/element.ts'
import { listFolder, listOuts, listRoots, listTrackedFolder } from '../data/list-rows.ts'
import { drawItem } from './draw-item.ts'
import { createPacedRefresh } from './paced-refresh.ts'

/** Just above the 200 ms for which VS Code holds back a refresh that follows another. */
const refreshIntervalMs = 210

export interface DataView extends vscode.Disposable {
  selection(): readonly DataElement[]
  /** All that is shown may be another. */
  changed(): void
}

/** @param feed asked for late, because it tells the view */
export function openDataView(feed: () => DataFeed): DataView {
  const redraw = new vscode.EventEmitter<DataElement | undefined>()
  const refresh = createPacedRefresh<'roots'>(
    refreshIntervalMs,
    () => redraw.fire(undefined),
    () => view.visible,
  )

  const listBelow = async (element: DataElement | undefined): Promise<readonly DataElement[]> => {
    const states = feed().list() ?? []
    switch (element?.kind) {
      case undefined:
        return listRoots(states)
      case 'data-repository':
        return states.filter(({ root }) => root === element.root).flatMap(listOuts)
      case 'data-out':
        return listTrackedFolder(element.root, element.out)
      case 'data-entry':
        return listFolder(element.root, element.path)
      default:
        return []
    }
  }

  const view = vscode.window.createTreeView<DataElement>(dataViewId, {
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getTreeItem: draw,
      getChildren(element) {
        const listing = listBelow(element)
        refresh.hold('roots', listing)
        return listing.then((rows) => [...rows])
      },
    },
    canSelectMany: true,
    showCollapseAll: true,
  })

  const showState = () => {
    const states = feed().list()
    const outs = states?.flatMap(({ root, status }) => (status?.outs ?? []).map(({ path }) => join(root, path))) ?? []
    const isRead = states?.every(({ status, error }) => status !== undefined || error !== undefined) ?? false
    setContext('dataState', states?.length === 0 ? 'none' : !isRead ? 'reading' : outs.length === 0 ? 'empty' : 'some')
    setContext('dataRepositoryCount', states?.length ?? 0)
    // Menus of files look whether the file is one of these.
    setContext('dataPaths', outs.slice(0, maxContextPaths))
  }
  const subscriptions = vscode.Disposable.from(view, redraw, refresh)
  return {
    selection: () => view.selection,
    changed() {
      showState()
      refresh.add(['roots'])
    },
    dispose: () => subscriptions.dispose(),
  }
}

const maxContextPaths = 5000

function draw(element: DataElement): vscode.TreeItem {
  const item = drawItem(element, presentData(element))
  const path = pathOf(element)
  if (path === undefined || !('root' in element)) return item
  const isFolder = element.kind === 'data-out' ? element.out.isFolder : 'isFolder' in element && element.isFolder
  // By this the icon theme knows the kind of file, and the marks of the explorer are shown here, too.
  item.resourceUri = vscode.Uri.file(join(element.root, path))
  item.iconPath = isFolder ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File
  return item
}

function setContext(key: string, value: unknown): void {
  void vscode.commands.executeCommand('setContext', `runwright.${key}`, value)
}

import * as vscode from 'vscode'
import { createPacedRefresh } from './paced-refresh.ts'
import { createShownRows, roots, type ShownRows, type ShownRowsParts } from './shown-rows.ts'

/** Just above the 200 ms for which VS Code holds back a refresh that follows another. */
const refreshIntervalMs = 210

/** A view whose rows are listed again as a whole whenever something may have changed, and drawn where they differ. */
export interface ListedView<Row> extends vscode.Disposable {
  readonly view: vscode.TreeView<Row>
  /** All that is shown may be another; while nobody sees it, it is listed when somebody does again. */
  relist(): void
}

export interface ListedViewParts<Row> extends Pick<ShownRowsParts<Row>, 'listBelow' | 'look'> {
  readonly viewId: string
  /** How a row is drawn. */
  draw(row: Row): vscode.TreeItem
}

export function openListedView<Row extends { readonly id: string }>({
  viewId,
  listBelow,
  look,
  draw,
}: ListedViewParts<Row>): ListedView<Row> {
  const redraw = new vscode.EventEmitter<Row[] | undefined>()
  const redrawRows = (ids: readonly string[]) => {
    if (ids.includes(roots)) return redraw.fire(undefined)
    const found = ids.map(rows.find).filter((row) => row !== undefined)
    if (found.length > 0) redraw.fire(found)
  }
  const isSeen = (id: string) => view.visible && rows.isUnfolded(id)
  const refresh = createPacedRefresh<string>(refreshIntervalMs, redrawRows, isSeen)
  const rows: ShownRows<Row> = createShownRows<Row>({ listBelow, look, differ: refresh.add })
  /** Whether something has changed while nobody saw it. */
  let isStale = false

  const view = vscode.window.createTreeView<Row>(viewId, {
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getTreeItem: draw,
      getChildren(row) {
        const listing = rows.list(row)
        refresh.hold(row?.id ?? roots, listing)
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
  const subscriptions = vscode.Disposable.from(
    view,
    redraw,
    refresh,
    view.onDidExpandElement(({ element }) => rows.unfold(element.id)),
    view.onDidCollapseElement(({ element }) => rows.fold(element.id)),
    view.onDidChangeVisibility(() => {
      if (isStale) relist()
    }),
  )
  return { view, relist, dispose: () => subscriptions.dispose() }
}

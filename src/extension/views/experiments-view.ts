import * as vscode from 'vscode'
import type { RunId } from '../../protocol/ids.ts'
import { experimentsViewId } from '../contributions.ts'
import { findParentElement, findRunElement, listChildren, listRoots } from '../connections/elements.ts'
import type { Connections } from '../connections/connections.ts'
import type { Explorer } from '../context.ts'
import type { RunElement, TreeElement } from '../tree/element.ts'
import { formatAge } from '../tree/format.ts'
import { present } from '../tree/presentation.ts'
import { defaultViewOptions, describeViewOptions, parseViewOptions, type ViewOptions } from '../tree/view-options.ts'
import { createPacedRefresh } from './paced-refresh.ts'
import { toTreeItem } from './tree-item.ts'

/** Just above the 200 ms for which VS Code holds back a refresh that follows another. */
const refreshIntervalMs = 210

const ageIntervalMs = 60_000

export interface ExperimentsView extends Explorer, vscode.Disposable {
  isChosen(runId: RunId): boolean
  changed(elements: readonly TreeElement[] | 'roots'): void
}

/** @param connections asked for late, because the connections draw on the view */
export function openExperimentsView(state: vscode.Memento, connections: () => Connections): ExperimentsView {
  let options = parseViewOptions(state.get('view'))
  const chosen = new Set<string>(state.get<string[]>('chosen', []))
  const redraw = new vscode.EventEmitter<TreeElement[] | undefined>()
  /** Ids of the elements whose children are in sight. */
  const open = new Set<string>()
  const draw = (items: readonly (TreeElement | 'roots')[]) => {
    const elements = items.filter((item) => item !== 'roots')
    redraw.fire(elements.length < items.length ? undefined : elements)
    // What can be done with the selected element changes with it: a run that has ended cannot be stopped.
    showSelected()
  }
  const isOpen = (item: TreeElement | 'roots') => view.visible && (item === 'roots' || open.has(item.id))
  const refresh = createPacedRefresh(refreshIntervalMs, draw, isOpen)

  const view = vscode.window.createTreeView<TreeElement>(experimentsViewId, {
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getTreeItem: toTreeItem,
      getChildren: (element) => {
        const listing = element ? listChildren(connections(), element) : listRoots(connections())
        refresh.hold(element ?? 'roots', listing)
        if (element !== undefined) open.add(element.id)
        return listing.then((children) => [...children])
      },
      getParent: (element) => findParentElement(connections(), element),
    },
    canSelectMany: true,
    manageCheckboxStateManually: true,
    showCollapseAll: true,
  })

  const trees = () =>
    connections()
      .list()
      .flatMap(({ state }) => (state.kind === 'connected' ? [state.tree] : []))
  const shownRuns = () => trees().flatMap((tree) => tree.runs())
  const chosenRuns = () => shownRuns().filter((run) => run.chosen)

  const choose = (run: RunElement, isChosen: boolean) => {
    run.chosen = isChosen
    if (isChosen) chosen.add(run.row.runId)
    else chosen.delete(run.row.runId)
  }
  const showChosen = async () => {
    await state.update('chosen', [...chosen])
    await setContext('chosenCount', chosen.size)
  }
  const showSelected = () => {
    const [first] = view.selection
    void setContext('selected', first ? present(first, 0).context : '')
  }
  const showOptions = async () => {
    view.message = describeViewOptions(options) ?? ''
    await setContext('hideFinished', options.hideFinished)
    await setContext('arranged', JSON.stringify(options) !== JSON.stringify(defaultViewOptions))
  }

  const refreshAges = setInterval(() => {
    if (view.visible) refresh.add(shownRuns().filter(isAgeOutdated))
  }, ageIntervalMs)

  const subscriptions = vscode.Disposable.from(
    view,
    redraw,
    refresh,
    { dispose: () => clearInterval(refreshAges) },
    view.onDidChangeCheckboxState(({ items }) => {
      for (const [element, checkbox] of items) {
        if (element.kind === 'run') choose(element, checkbox === vscode.TreeItemCheckboxState.Checked)
      }
      // A draw that was on its way in the moment of the press has shown the checkbox as it was before.
      refresh.add(items.map(([element]) => element))
      void showChosen()
    }),
    view.onDidChangeSelection(showSelected),
    view.onDidExpandElement(({ element }) => open.add(element.id)),
    view.onDidCollapseElement(({ element }) => open.delete(element.id)),
  )
  void showOptions()
  void showChosen()

  return {
    get options() {
      return options
    },
    async setOptions(change: Partial<ViewOptions>) {
      options = { ...options, ...change }
      await state.update('view', options)
      await showOptions()
      await Promise.all(trees().map((tree) => tree.reload()))
    },
    selection: () => view.selection,
    chosen: chosenRuns,
    async toggleChosen(runs) {
      const areChosen = runs.every((run) => run.chosen)
      for (const run of runs) choose(run, !areChosen)
      refresh.add(runs)
      await showChosen()
    },
    async clearChosen() {
      const cleared = chosenRuns()
      for (const run of cleared) run.chosen = false
      chosen.clear()
      refresh.add(cleared)
      await showChosen()
    },
    async loadMore(experiment) {
      const state = connections().find(experiment.connectionId)?.state
      if (state?.kind === 'connected') await state.tree.loadMore(experiment)
    },
    async reload() {
      for (const { id, state } of connections().list()) if (state.kind === 'failed') connections().reconnect(id)
      await Promise.all(trees().map((tree) => tree.reload()))
      refresh.add(['roots'])
    },
    async reveal(address) {
      const run = await findRunElement(connections(), address)
      if (run === undefined) return false
      await view.reveal(run, { select: true, focus: true })
      return true
    },
    isChosen: (runId) => chosen.has(runId),
    changed: (elements) => refresh.add(elements === 'roots' ? ['roots'] : elements),
    dispose: () => subscriptions.dispose(),
  }
}

function isAgeOutdated({ row }: RunElement): boolean {
  const now = Date.now()
  return formatAge(row.startTime, now) !== formatAge(row.startTime, now - ageIntervalMs)
}

function setContext(key: string, value: unknown): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', `runwright.${key}`, value)
}

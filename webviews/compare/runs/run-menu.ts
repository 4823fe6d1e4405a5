import type { TableRow } from '../../../src/protocol/run-table.ts'
import { hasEnded } from '../../../src/protocol/runs.ts'
import type { MenuItem } from '../../shared/menu.ts'
import { text } from '../../shared/texts.ts'
import type { Parts } from '../tab.ts'
import { changeChoice } from './choice.ts'

export interface RunMenuActions {
  readonly isStarred: boolean
  star(): void
  editNote(): void
  pin(): void
  chooseColor(): void
}

/** What can be done with a run, and with those chosen where it is one of them. */
export function listRunItems({ host, state }: Parts, row: TableRow, actions: RunMenuActions): MenuItem[] {
  const { view } = state
  const { runId } = row
  const isChosen = view.chosen.includes(runId)
  const isHidden = view.hidden.includes(runId)
  const isPinned = view.pinned?.includes(runId) === true
  const areSeveral = isChosen && view.chosen.length > 1
  const acted = areSeveral ? view.chosen : [runId]
  const isLocal = state.place === 'folder'
  /** What only an engine can do, which says so where there is none. */
  const needEngine = (label: string) => ({
    label: isLocal ? label : text('runs.menu.notOnServer', { label }),
    isDisabled: !isLocal,
  })
  const items = [
    {
      label: text(isChosen ? 'runs.menu.unchoose' : 'runs.menu.choose'),
      run: () => state.update({ chosen: changeChoice(view.chosen, [runId], !isChosen) }),
    },
    {
      label: text('runs.menu.compare', { count: view.chosen.length }),
      run: () => state.update({ tab: 'differences' }),
      isDisabled: view.chosen.length < 2,
    },
    {
      label: text('runs.menu.charts'),
      run: () => state.update({ chosen: changeChoice(view.chosen, [runId], true), tab: 'charts' }),
    },
    { label: text('runs.menu.color'), run: actions.chooseColor, isDisabled: !isChosen, isFirstOfGroup: true },
    { label: text(isPinned ? 'runs.menu.unpin' : 'runs.menu.pin'), run: actions.pin },
    {
      label: text(isHidden ? 'runs.menu.show' : 'runs.menu.hide'),
      run: () => state.update({ hidden: changeHidden(view.hidden, runId, !isHidden) }),
    },
  ]
  if (host.isStandalone) return items
  return [
    ...items,
    {
      label: text(actions.isStarred ? 'runs.menu.unstar' : 'runs.menu.star'),
      run: actions.star,
      isFirstOfGroup: true,
    },
    { label: text('runs.menu.note'), run: actions.editNote },
    { label: text('runs.menu.log'), run: () => host.act({ kind: 'open-log', runId }), isFirstOfGroup: true },
    { label: text('runs.menu.source'), run: () => host.act({ kind: 'open-source', runId }) },
    {
      ...needEngine(areSeveral ? text('runs.menu.rerunChosen', { count: acted.length }) : text('runs.menu.rerun')),
      run: () => host.act({ kind: 'rerun-runs', runIds: acted }),
      isFirstOfGroup: true,
    },
    { ...needEngine(text('runs.menu.rerunWith')), run: () => host.act({ kind: 'rerun-with-changes', runId }) },
    { label: text('runs.menu.restore'), run: () => host.act({ kind: 'restore-code', runId }) },
    {
      label: text('runs.menu.setTag'),
      run: () => host.act({ kind: 'set-tag', runIds: acted }),
      isFirstOfGroup: true,
    },
    { label: text('runs.menu.removeTags'), run: () => host.act({ kind: 'remove-tags', runIds: acted }) },
    { ...needEngine(text('runs.menu.registerModel')), run: () => host.act({ kind: 'register-model', runId }) },
    { label: text('runs.menu.copy'), run: () => host.act({ kind: 'copy-run-id', runId }) },
    { label: text('runs.menu.rename'), run: () => host.act({ kind: 'rename-run', runId }) },
    {
      label: text('runs.menu.stop'),
      run: () => host.act({ kind: 'stop-runs', runIds: [runId] }),
      isDisabled: hasEnded(row.status),
    },
    {
      label: areSeveral ? text('runs.menu.deleteChosen', { count: acted.length }) : text('runs.menu.delete'),
      run: () => host.act({ kind: 'delete-runs', runIds: acted }),
    },
  ]
}

export function changeHidden<Id>(hidden: readonly Id[], runId: Id, isHidden: boolean): readonly Id[] {
  return isHidden ? [...hidden, runId] : hidden.filter((other) => other !== runId)
}

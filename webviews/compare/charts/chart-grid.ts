import type { ChangeEvent } from '../../../src/protocol/events.ts'
import type { ChartSpec } from '../../../src/protocol/saved-view.ts'
import { element } from '../../shared/dom.ts'
import { showMenu } from '../../shared/menu.ts'
import { text } from '../../shared/texts.ts'
import type { ChartParts } from './chart-body.ts'
import { type ChartCard, createChartCard } from './chart-card.ts'
import { createCardContents } from './chart-kinds.ts'
import { toChartTitle } from './column-text.ts'
import { createChartId } from './default-charts.ts'

export interface ChartGrid {
  readonly element: HTMLElement
  /** Makes the cards follow the view. */
  sync(): void
  setPanelShown(isShown: boolean): void
  received(event: ChangeEvent): void
  themeChanged(): void
}

/** @param edit asks the user for changes of a chart */
export function createChartGrid(parts: ChartParts, edit: (spec: ChartSpec) => void): ChartGrid {
  const { state, host } = parts
  const grid = element('div', { class: 'chart-grid' })
  const cards = new Map<string, ChartCard>()
  let isPanelShown = false

  function replace(id: string, change: (spec: ChartSpec) => readonly ChartSpec[]): void {
    state.update({ charts: state.view.charts.flatMap((spec) => (spec.id === id ? change(spec) : [spec])) })
  }

  function move(id: string, by: -1 | 1): void {
    const charts = [...state.view.charts]
    const index = charts.findIndex((spec) => spec.id === id)
    const [spec] = charts.splice(index, 1)
    if (spec === undefined || index + by < 0 || index + by > charts.length) return
    charts.splice(index + by, 0, spec)
    const focused = document.activeElement
    state.update({ charts })
    // An element that is moved loses the focus.
    if (focused instanceof HTMLElement) focused.focus()
  }

  function duplicate(spec: ChartSpec): void {
    replace(spec.id, (spec) => [spec, { ...spec, id: createChartId(state.view.charts) }])
  }

  function remove({ id }: ChartSpec): void {
    const index = state.view.charts.findIndex((spec) => spec.id === id)
    replace(id, () => [])
    const next = state.view.charts[index] ?? state.view.charts.at(-1)
    if (next !== undefined) cards.get(next.id)?.more.focus()
  }

  async function exportPicture({ spec, body }: ChartCard, format: 'png' | 'svg'): Promise<void> {
    const title = toChartTitle(spec)
    const fileName = `${title.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80)}.${format}`
    const bytes = format === 'png' ? await body.picture() : body.vector(title)
    host.act({ kind: 'export-file', fileName, bytes })
  }

  function openMenu(card: ChartCard, anchor: HTMLElement): void {
    const { spec } = card
    const place = state.view.charts.findIndex(({ id }) => id === spec.id)
    const { kind } = spec
    const logX =
      kind === 'curves'
        ? [
            {
              label: text('charts.logX.menu'),
              isChecked: spec.logX,
              run: () => replace(spec.id, () => [{ ...spec, logX: !spec.logX }]),
            },
          ]
        : []
    showMenu(anchor, text('charts.more.of', { title: toChartTitle(spec) }), [
      ...logX,
      { label: text('charts.menu.edit'), run: () => edit(spec), isFirstOfGroup: true },
      { label: text('charts.menu.duplicate'), run: () => duplicate(spec) },
      { label: text('charts.menu.earlier'), run: () => move(spec.id, -1), isDisabled: place === 0 },
      {
        label: text('charts.menu.later'),
        run: () => move(spec.id, 1),
        isDisabled: place === state.view.charts.length - 1,
      },
      { label: text('charts.menu.png'), run: () => void exportPicture(card, 'png'), isFirstOfGroup: true },
      { label: text('charts.menu.svg'), run: () => void exportPicture(card, 'svg') },
      {
        label: text('charts.menu.csv'),
        run: () => host.act({ kind: 'open-text', language: 'csv', content: card.body.csv() }),
      },
      { label: text('charts.menu.remove'), run: () => remove(spec), isFirstOfGroup: true },
    ])
  }

  function createCard(spec: ChartSpec): ChartCard {
    const contents = createCardContents(parts, spec, {
      changing: (change) => card.body.show(merge(card.spec, change)),
      changed: (change) => replace(spec.id, (spec) => [merge(spec, change)]),
    })
    const card: ChartCard = createChartCard(spec, contents, {
      openMenu: (anchor) => openMenu(card, anchor),
      move: (by) => move(spec.id, by),
    })
    card.setPanelShown(isPanelShown)
    return card
  }

  function sync(): void {
    const { charts } = state.view
    const kept = new Set(charts.map(({ id, kind }) => `${kind} ${id}`))
    for (const [id, card] of cards) {
      if (kept.has(`${card.spec.kind} ${id}`)) continue
      card.dispose()
      cards.delete(id)
    }
    for (const [index, spec] of charts.entries()) {
      const card = cards.get(spec.id) ?? createCard(spec)
      cards.set(spec.id, card)
      if (card.spec !== spec) card.show(spec)
      if (grid.children[index] !== card.element) grid.insertBefore(card.element, grid.children[index] ?? null)
    }
  }

  return {
    element: grid,
    sync,
    setPanelShown(isShown) {
      isPanelShown = isShown
      for (const card of cards.values()) card.setPanelShown(isShown)
    },
    received(event) {
      for (const card of cards.values()) card.received(event)
    },
    themeChanged() {
      for (const card of cards.values()) card.body.themeChanged()
    },
  }
}

function merge(spec: ChartSpec, change: object): ChartSpec {
  // SAFETY: the tools of a kind of chart change fields of that kind alone, and not the kind.
  return { ...spec, ...change } as ChartSpec
}

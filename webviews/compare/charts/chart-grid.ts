import type { ViewEvent } from '../../../src/protocol/view-event.ts'
import type { ChartSpec, CurveRuleSpec } from '../../../src/protocol/saved-view.ts'
import { readChartTheme } from '../../shared/chart/chart-theme.ts'
import { element } from '../../shared/dom.ts'
import { type MenuItem, showMenu } from '../../shared/menu.ts'
import { text } from '../../shared/texts.ts'
import type { ChartParts } from './chart-body.ts'
import { type ChartCard, createChartCard } from './chart-card.ts'
import { listenToChartDrag } from './chart-drag.ts'
import { createCardContents } from './chart-kinds.ts'
import { toChartTitle } from './column-text.ts'
import { createChartId } from './default-charts.ts'
import { type DrawnSpec, expandRules } from './expand-rules.ts'
import { composePicture, type PictureFormat, toPng } from './view-picture.ts'
import { createRuleHeading, type RuleHeading } from './rule-heading.ts'

export interface ChartGrid {
  readonly element: HTMLElement
  /** Makes the cards follow the view. */
  sync(): void
  setPanelShown(isShown: boolean): void
  received(event: ViewEvent): void
  themeChanged(): void
  /** All charts with the names of their runs, as one picture for a file. */
  exportAll(format: PictureFormat): Promise<void>
}

/** @param edit asks the user for changes of a chart */
export function createChartGrid(parts: ChartParts, edit: (spec: ChartSpec) => void): ChartGrid {
  const { state, host, metrics } = parts
  const grid = element('div', { class: 'chart-grid' })
  const cards = new Map<string, ChartCard>()
  const headings = new Map<string, RuleHeading>()
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
    if (next !== undefined) (cards.get(next.id) ?? headings.get(next.id))?.more.focus()
  }

  async function exportPicture({ spec, body }: ChartCard, format: PictureFormat): Promise<void> {
    const title = toChartTitle(spec)
    const fileName = `${toFileName(title)}.${format}`
    const bytes = format === 'png' ? await body.picture() : body.vector(title)
    host.act({ kind: 'export-file', fileName, bytes })
  }

  async function exportAll(format: PictureFormat): Promise<void> {
    await Promise.all([...cards.values()].map((card) => card.drawNow()))
    const origin = grid.getBoundingClientRect()
    const charts = [...cards.values()].map(({ spec, body, element }) => {
      const place = element.getBoundingClientRect()
      const title = toChartTitle(spec)
      const [left, top] = [place.left - origin.left, place.top - origin.top]
      return { title, left, top, width: place.width, svg: new TextDecoder().decode(body.vector(title)) }
    })
    const { title } = state.view
    const drawing = composePicture({ title, charts, runs: parts.runs.value, width: origin.width }, readChartTheme(grid))
    const bytes = format === 'svg' ? new TextEncoder().encode(drawing.svg) : await toPng(drawing)
    host.act({ kind: 'export-file', fileName: `${toFileName(title)}.${format}`, bytes })
  }

  /** What can be done with a chart, or with a rule in the place of its charts. */
  function listMoves(spec: ChartSpec): MenuItem[] {
    const { charts } = state.view
    const place = charts.findIndex(({ id }) => id === spec.id)
    return [
      { label: text('charts.menu.edit'), run: () => edit(spec), isFirstOfGroup: true },
      { label: text('charts.menu.duplicate'), run: () => duplicate(spec) },
      { label: text('charts.menu.earlier'), run: () => move(spec.id, -1), isDisabled: place === 0 },
      { label: text('charts.menu.later'), run: () => move(spec.id, 1), isDisabled: place === charts.length - 1 },
    ]
  }

  const removal = (spec: ChartSpec): MenuItem => ({
    label: text('charts.menu.remove'),
    run: () => remove(spec),
    isFirstOfGroup: true,
  })

  function openMenu(card: ChartCard, anchor: HTMLElement): void {
    const { spec } = card
    const owner = ownerOf(spec)
    const logX: MenuItem[] =
      spec.kind === 'curves'
        ? [
            {
              label: text('charts.logX.menu'),
              isChecked: spec.logX,
              run: () => replace(owner.id, (owner) => [merge(owner, { logX: !spec.logX })]),
            },
          ]
        : []
    showMenu(anchor, text('charts.more.of', { title: toChartTitle(spec) }), [
      ...logX,
      ...listMoves(owner),
      { label: text('charts.menu.png'), run: () => void exportPicture(card, 'png'), isFirstOfGroup: true },
      { label: text('charts.menu.svg'), run: () => void exportPicture(card, 'svg') },
      {
        label: text('charts.menu.csv'),
        run: () => host.act({ kind: 'open-text', language: 'csv', content: card.body.csv() }),
      },
      removal(owner),
    ])
  }

  /** The chart itself, or the rule that it is drawn for. */
  function findOwner(id: string): ChartSpec | undefined {
    const { charts } = state.view
    const ruleId = id.slice(0, Math.max(0, id.indexOf(':')))
    return charts.find((spec) => spec.id === id) ?? charts.find((spec) => spec.id === ruleId)
  }

  function ownerOf({ id }: DrawnSpec): ChartSpec {
    const owner = findOwner(id)
    if (owner === undefined) throw new Error('A chart that is drawn belongs to the view.')
    return owner
  }

  function createCard(spec: DrawnSpec): ChartCard {
    const contents = createCardContents(parts, spec, {
      changing: (change) => card.body.show(merge(card.spec, change)),
      changed: (change) => replace(ownerOf(card.spec).id, (owner) => [merge(owner, change)]),
    })
    const card: ChartCard = createChartCard(spec, contents, {
      openMenu: (anchor) => openMenu(card, anchor),
      move: (by) => move(ownerOf(card.spec).id, by),
    })
    card.setPanelShown(isPanelShown)
    return card
  }

  function showHeading(rule: CurveRuleSpec, found: number): HTMLElement {
    const heading =
      headings.get(rule.id) ??
      createRuleHeading(rule.id, (anchor) => {
        const owner = state.view.charts.find(({ id }) => id === rule.id) ?? rule
        showMenu(anchor, text('charts.more.of', { title: toChartTitle(owner) }), [...listMoves(owner), removal(owner)])
      })
    headings.set(rule.id, heading)
    heading.show(rule, found)
    return heading.element
  }

  function showCard(spec: DrawnSpec): HTMLElement {
    const card = cards.get(spec.id) ?? createCard(spec)
    cards.set(spec.id, card)
    if (!isSameSpec(card.spec, spec)) card.show(spec)
    return card.element
  }

  function sync(): void {
    const places = expandRules(state.view.charts, metrics.value)
    const kept = new Set(places.map((place) => (place.kind === 'chart' ? `${place.spec.kind} ${place.spec.id}` : '')))
    for (const [id, card] of cards) {
      if (kept.has(`${card.spec.kind} ${id}`)) continue
      card.dispose()
      cards.delete(id)
    }
    const rules = new Set(state.view.charts.flatMap(({ kind, id }) => (kind === 'rule' ? [id] : [])))
    for (const [id, heading] of headings) {
      if (rules.has(id)) continue
      heading.element.remove()
      headings.delete(id)
    }
    for (const [index, place] of places.entries()) {
      const shown = place.kind === 'chart' ? showCard(place.spec) : showHeading(place.rule, place.found)
      if (grid.children[index] !== shown) grid.insertBefore(shown, grid.children[index] ?? null)
    }
  }

  metrics.subscribe(sync)
  listenToChartDrag(grid, {
    idOf(element) {
      const id = element.getAttribute('data-chart')
      return id === null ? undefined : findOwner(id)?.id
    },
    dropped(id, onto, isAfter) {
      const charts = state.view.charts.filter((spec) => spec.id !== id)
      const spec = state.view.charts.find((spec) => spec.id === id)
      const place = charts.findIndex((other) => other.id === onto)
      if (spec !== undefined && place >= 0)
        state.update({ charts: charts.toSpliced(isAfter ? place + 1 : place, 0, spec) })
    },
  })

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
    exportAll,
    themeChanged() {
      for (const card of cards.values()) card.body.themeChanged()
    },
  }
}

function toFileName(title: string): string {
  return title.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80)
}

function isSameSpec(a: ChartSpec, b: ChartSpec): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function merge<Spec extends ChartSpec>(spec: Spec, change: object): Spec {
  const fields = Object.entries({ ...spec, ...change }).filter(([, value]) => value !== undefined)
  // SAFETY: the tools of a kind of chart change fields of that kind alone, and neither the kind nor what has to be there.
  return Object.fromEntries(fields) as unknown as Spec
}

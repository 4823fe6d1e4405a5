import { RunwrightError } from '../../src/protocol/errors.ts'
import type { ViewEvent } from '../../src/protocol/view-event.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { ChartSpec } from '../../src/protocol/saved-view.ts'
import { onThemeChange } from '../shared/chart/chart-theme.ts'
import { button, element } from '../shared/dom.ts'
import { showMenu } from '../shared/menu.ts'
import { createSignal } from '../shared/signal.ts'
import { text } from '../shared/texts.ts'
import type { ChartParts, Crosshair, RunValues } from './charts/chart-body.ts'
import { showChartDialog } from './charts/chart-dialog.ts'
import { createChartGrid } from './charts/chart-grid.ts'
import type { LoggedKeys } from './charts/column-select.ts'
import { createChartId, createDefaultCharts } from './charts/default-charts.ts'
import { createThrottle } from '../shared/frame-scheduler.ts'
import { createLoggedTables } from './charts/logged-tables.ts'
import { createRunLegend } from './charts/run-legend.ts'
import { createRunSource } from './charts/run-source.ts'
import type { PictureFormat } from './charts/view-picture.ts'
import type { Parts, Tab } from './tab.ts'

/** How soon the list of runs follows their changes, in milliseconds. */
const runsPauseMs = 1000

/** The chosen runs, or the newest ones, drawn side by side. */
export function createChartsTab({ host, state }: Parts): Tab {
  const source = createRunSource({ host, state })
  const parts: ChartParts = {
    host,
    state,
    metrics: createSignal<readonly string[]>([]),
    runs: source.shown,
    crosshair: createSignal<Crosshair | undefined>(undefined),
    highlight: createSignal<RunId | undefined>(undefined),
    runValues: createSignal<RunValues | undefined>(undefined),
  }
  const notice = element('p', { class: 'charts-notice', role: 'status' })
  const grid = createChartGrid(parts, (spec) => void openDialog(spec))
  const add = button(text('charts.add.button'), () => void openDialog(undefined), { class: 'primary' })
  const save = button(text('charts.export.button'), () => openExport(), { 'aria-haspopup': 'menu' })
  const panel = element(
    'section',
    { role: 'tabpanel', id: 'panel-charts', class: 'charts', 'aria-labelledby': 'tab-charts' },
    createRunLegend(parts, source),
    element('div', { class: 'charts-main' }, element('div', { class: 'charts-bar' }, add, save, notice), grid.element),
  )
  const reload = createThrottle(runsPauseMs, () => void source.load())
  const isShown = () => state.view.tab === 'charts'
  let isStale = true

  function openExport(): void {
    const exportAs = (format: PictureFormat) => void tryTo(() => grid.exportAll(format))
    showMenu(save, text('charts.export.button'), [
      { label: text('charts.menu.png'), run: () => exportAs('png') },
      { label: text('charts.menu.svg'), run: () => exportAs('svg') },
    ])
  }

  async function loadKeys(): Promise<LoggedKeys & { headline: string | undefined }> {
    const { metrics, params, headline } = await host.call('table/keys', { experimentIds: state.experimentIds })
    return { metrics, params, headline: headline?.key }
  }

  async function openDialog(spec: ChartSpec | undefined): Promise<void> {
    const keys = await tryTo(loadKeys)
    if (keys === undefined) return
    const tables = createLoggedTables(host, () => source.shown.value)
    showChartDialog(spec?.id ?? createChartId(state.view.charts), spec, { ...keys, tables }, (made) => {
      const { charts } = state.view
      const next = spec === undefined ? [...charts, made] : charts.map((other) => (other.id === made.id ? made : other))
      state.update({ charts: next })
      if (spec === undefined) grid.element.lastElementChild?.scrollIntoView({ block: 'nearest' })
    })
  }

  /** Charts of a view that has none yet. */
  async function fillView(): Promise<void> {
    const keys = await tryTo(loadKeys)
    if (keys === undefined || state.view.charts.length > 0) return
    let count = 0
    const charts = createDefaultCharts(keys.metrics, keys.headline, () => String((count += 1)))
    if (charts.length > 0) state.update({ charts })
    else notice.textContent = text('charts.noMetrics')
  }

  /** Rules are about metrics that are logged now and later. */
  async function loadMetrics(): Promise<void> {
    if (!isShown() || !state.view.charts.some(({ kind }) => kind === 'rule')) return
    const keys = await tryTo(loadKeys)
    const known = parts.metrics.value
    if (keys !== undefined && keys.metrics.join('\n') !== known.join('\n')) parts.metrics.set(keys.metrics)
  }
  const reloadMetrics = createThrottle(runsPauseMs, () => void loadMetrics())

  async function tryTo<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work()
      notice.textContent = ''
      return result
    } catch (error) {
      if (!(error instanceof RunwrightError)) throw error
      notice.textContent = error.message
      return undefined
    }
  }

  source.error.subscribe((message) => void (notice.textContent = message ?? ''))
  state.subscribe((before) => {
    const { view } = state
    if (before.tab !== view.tab) grid.setPanelShown(isShown())
    if (before.charts !== view.charts) {
      grid.sync()
      reloadMetrics.request()
    }
    if (before.chosen !== view.chosen || before.filter !== view.filter) {
      if (isShown()) void source.load()
      else isStale = true
    }
    if (before.hidden !== view.hidden || before.colors !== view.colors) source.refresh()
  })
  onThemeChange(grid.themeChanged)
  grid.sync()

  return {
    element: panel,
    shown() {
      grid.setPanelShown(true)
      if (state.view.charts.length === 0) void fillView()
      if (isStale) void source.load()
      isStale = false
      reloadMetrics.request()
    },
    received(event: ViewEvent) {
      grid.received(event)
      if (event.kind === 'metrics' && event.keys.some((key) => !parts.metrics.value.includes(key))) {
        reloadMetrics.request()
      }
      if (event.kind !== 'run' && event.kind !== 'reset') return
      if (isShown()) reload.request()
      else isStale = true
    },
  }
}

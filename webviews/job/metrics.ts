import type { CurveName } from '../../src/protocol/curves.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import type { Run } from '../../src/protocol/runs.ts'
import type { ViewEvent } from '../../src/protocol/view-event.ts'
import { toStrip } from '../shared/chart/curve-strip.ts'
import { onThemeChange } from '../shared/chart/chart-theme.ts'
import type { Caller } from '../shared/connect-page.ts'
import { button, element } from '../shared/dom.ts'
import { createThrottle } from '../shared/frame-scheduler.ts'
import { text } from '../shared/texts.ts'
import { createMetricCurve, type MetricCurve } from './metric-curve.ts'

/** Curves that are drawn at first; a run may log hundreds. */
const firstCount = 8
/** How often they follow a run that logs, in milliseconds. */
const pauseMs = 1000

/** The metrics of a job's run, each a small curve that follows it. */
export interface Metrics {
  readonly element: HTMLElement
  draw(run: Run): void
  received(event: ViewEvent): void
}

export function createMetrics({ call }: Caller): Metrics {
  const list = element('div', { class: 'metric-list' })
  const more = button(text('job.metrics.all'), showAll, { class: 'text-button', hidden: true })
  const none = element('p', { class: 'quiet' }, text('job.metrics.none'))
  const curves = new Map<string, MetricCurve>()
  const loading = createThrottle(pauseMs, () => void load())
  let shownCount = firstCount
  let run: Run | undefined
  /** Keys whose points have changed since they were read. */
  const changed = new Set<string>()

  async function load(): Promise<void> {
    const keys = [...changed].filter((key) => curves.has(key))
    changed.clear()
    if (run === undefined || keys.length === 0) return
    const { runId } = run
    const names: CurveName[] = keys.map((key) => ({ runId, key }))
    try {
      const { curves: read } = await call('curves/window', { curves: names, axis: 'step', buckets: 256 })
      for (const [index, window] of read.entries()) curves.get(keys[index] ?? '')?.draw(toStrip(window))
    } catch (error) {
      if (!(error instanceof RunwrightError)) throw error
      for (const key of keys) curves.get(key)?.fail(error.message)
    }
  }

  function showAll(): void {
    shownCount = Infinity
    if (run !== undefined) draw(run)
    list.querySelector<HTMLElement>(`:nth-child(${firstCount + 1})`)?.focus()
  }

  function draw(next: Run): void {
    run = next
    const keys = sortKeys(next.metrics.map(({ key }) => key))
    none.hidden = keys.length > 0
    more.hidden = keys.length <= shownCount
    more.textContent = text('job.metrics.all', { count: keys.length })
    for (const key of keys.slice(0, shownCount)) {
      if (curves.has(key)) continue
      const curve = createMetricCurve(key)
      curves.set(key, curve)
      changed.add(key)
    }
    const elements = keys.flatMap((key) => curves.get(key)?.element ?? [])
    if (elements.some((each, index) => list.children[index] !== each)) list.replaceChildren(...elements)
    if (changed.size > 0) loading.request()
  }

  onThemeChange(() => {
    for (const curve of curves.values()) curve.redraw()
  })
  return {
    element: element(
      'section',
      { 'aria-label': text('job.metrics') },
      element('h2', {}, text('job.metrics')),
      none,
      list,
      more,
    ),
    draw,
    received(event) {
      if (event.kind === 'reset') for (const key of curves.keys()) changed.add(key)
      else if (event.kind === 'metrics' && event.runId === run?.runId) for (const key of event.keys) changed.add(key)
      if (changed.size > 0) loading.request()
    },
  }
}

/** What the program logs first, what the machine measured after that. */
function sortKeys(keys: readonly string[]): readonly string[] {
  const isSystem = (key: string) => Number(key.startsWith('system/'))
  return keys.toSorted((a, b) => isSystem(a) - isSystem(b) || (a < b ? -1 : 1))
}

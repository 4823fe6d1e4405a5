import { RunwrightError } from '../../src/protocol/errors.ts'
import type { DifferencesView } from '../../src/protocol/saved-view.ts'
import type { DiffSection, RunDiff } from '../../src/protocol/run-diff.ts'
import { formatDiffMarkdown, nameRuns, selectRows, withReference } from '../../src/protocol/run-diff-text.ts'
import { element } from '../shared/dom.ts'
import { currentLocale, text } from '../shared/texts.ts'
import { createDiffGrid } from './differences/diff-grid.ts'
import { createDiffLabels } from './differences/labels.ts'
import { listLines } from './differences/lines.ts'
import { createRefetch } from './differences/refetch.ts'
import { createDiffToolbar } from './differences/toolbar.ts'
import { createChooseNotice, createErrorNotice } from './differences/notices.ts'
import type { Parts, Tab } from './tab.ts'

/** As many as the engine compares at once. */
const maxRuns = 100

/** Changes of a running run come several times a second. */
const refetchPauseMs = 500

/** Of one experiment, most runs are of one year. */
const dateParts = { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const

const asFirst: DifferencesView = { closed: [], showsEqual: false, isTransposed: false }

/** Where the chosen runs differ. */
export function createDifferencesTab({ host, state }: Parts): Tab {
  const labels = createDiffLabels()
  const expanded = new Set<string>()
  const shown = (): DifferencesView => state.view.differences ?? asFirst
  const change = (changed: Partial<DifferencesView>) => state.update({ differences: { ...shown(), ...changed } })
  /** What was fetched last; undefined while nothing of the chosen runs was. */
  let diff: RunDiff | undefined
  let isOutdated = true

  const grid = createDiffGrid({
    labels,
    dates: new Intl.DateTimeFormat(currentLocale(), dateParts),
    colorOf: state.colorOf,
    toggleSection: toggleSection,
    toggleLine(name) {
      if (!expanded.delete(name)) expanded.add(name)
      draw()
    },
    makeReference: (reference) => change({ reference }),
    openArtifact: (runId, path) => host.act({ kind: 'open-artifact', runId, path }),
  })
  const toolbar = createDiffToolbar({
    showEqual: (showsEqual) => change({ showsEqual }),
    transpose: (isTransposed) => change({ isTransposed }),
    compareCode() {
      const [left, right] = arrange()?.runs ?? []
      if (left && right) host.act({ kind: 'compare-code', left: left.runId, right: right.runId })
    },
    openMarkdown() {
      const arranged = arrange()
      if (arranged === undefined) return
      host.act({
        kind: 'open-text',
        language: 'markdown',
        content: formatDiffMarkdown(arranged, shown().showsEqual, labels),
      })
    },
  })
  const notice = element('div', { class: 'diff-notice', role: 'status' })
  const panel = element(
    'section',
    { role: 'tabpanel', id: 'panel-differences', 'aria-labelledby': 'tab-differences', class: 'differences' },
    toolbar.element,
    notice,
    grid.element,
  )
  const refetch = createRefetch(refetchPauseMs, fetchDiff)

  function toggleSection(name: DiffSection['name']): void {
    const { closed } = shown()
    change({ closed: closed.includes(name) ? closed.filter((other) => other !== name) : [...closed, name] })
  }

  function arrange(): RunDiff | undefined {
    return diff && withReference(diff, shown().reference ?? '')
  }

  async function fetchDiff(signal: AbortSignal): Promise<void> {
    isOutdated = false
    try {
      const fetched = await host.call('runs/diff', { runIds: state.view.chosen.slice(0, maxRuns) }, signal)
      if (signal.aborted) return
      diff = fetched
      draw()
    } catch (error) {
      if (signal.aborted) return
      isOutdated = true
      diff = undefined
      drawError(error)
    }
  }

  function draw(): void {
    const arranged = arrange()
    toolbar.element.hidden = arranged === undefined
    grid.element.hidden = arranged === undefined
    if (arranged === undefined) return
    const sections = selectRows(arranged, shown().showsEqual)
    const names = nameRuns(arranged.runs)
    const hasMetrics = sections.some(({ name }) => name === 'metrics')
    toolbar.show({
      runCount: arranged.runs.length,
      reference: hasMetrics ? names[0] : undefined,
      showsEqual: shown().showsEqual,
      isTransposed: shown().isTransposed,
    })
    const count = state.view.chosen.length
    const about = [
      ...(sections.length === 0 ? [text('differences.equal')] : []),
      ...(count > maxRuns ? [text('differences.tooMany', { shown: maxRuns, count })] : []),
      ...(state.place === 'server' ? [text('differences.notOnServer')] : []),
    ]
    say(about.join(' '))
    const lines = listLines(sections, new Set(shown().closed), expanded)
    grid.show({ diff: arranged, names, lines, isTransposed: shown().isTransposed })
  }

  function drawError(error: unknown): void {
    draw()
    const known = error instanceof RunwrightError ? error : undefined
    say(createErrorNotice(known, () => refetch.restart()))
  }

  function say(...content: readonly (Node | string)[]): void {
    notice.replaceChildren(...content)
    notice.hidden = content.every((item) => item === '')
  }

  /** Shows what fits the chosen runs, and fetches what is missing. Only while the tab is in sight. */
  function refresh(): void {
    const count = state.view.chosen.length
    if (count < 2) {
      refetch.stop()
      diff = undefined
      draw()
      say(createChooseNotice(count, () => state.update({ tab: 'runs' })))
      return
    }
    if (diff === undefined) {
      draw()
      say(text('differences.loading', { count: Math.min(count, maxRuns) }))
    }
    if (isOutdated) refetch.restart()
    else grid.fit()
  }

  state.subscribe((before) => {
    const { chosen, colors, tab } = state.view
    if (chosen !== before.chosen && chosen.join() !== before.chosen.join()) {
      isOutdated = true
      diff = undefined
      if (tab === 'differences') refresh()
    } else if (colors !== before.colors || state.view.differences !== before.differences) draw()
    if (tab !== 'differences') refetch.stop()
  })
  new ResizeObserver(() => grid.fit()).observe(grid.element)

  return {
    element: panel,
    shown: refresh,
    received(event) {
      if (event.kind === 'experiment' || event.kind === 'stop-requested') return
      if (event.kind !== 'reset' && !state.view.chosen.includes(event.runId)) return
      isOutdated = true
      if (state.view.tab === 'differences' && state.view.chosen.length > 1) refetch.request()
    },
  }
}

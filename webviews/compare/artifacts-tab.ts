import type { RunwrightError } from '../../src/protocol/errors.ts'
import { element } from '../shared/dom.ts'
import { text } from '../shared/texts.ts'
import { createArtifactBytes } from './artifacts/artifact-bytes.ts'
import { type ArtifactRow, createArtifactRow, toVersion } from './artifacts/artifact-row.ts'
import { createArtifactSource, type LoadedArtifacts, maxRuns } from './artifacts/artifact-source.ts'
import { createArtifactTools } from './artifacts/artifact-tools.ts'
import type { ArtifactBody, Version } from './artifacts/cell-parts.ts'
import { type Entry, groupEntries, isMedium, listSteps } from './artifacts/entries.ts'
import { createEntryList } from './artifacts/entry-list.ts'
import { createImagePairBody } from './artifacts/image-pair-body.ts'
import { createStepSlider } from './artifacts/step-slider.ts'
import { createTableDiffBody } from './artifacts/table-diff-body.ts'
import { createThrottle } from '../shared/frame-scheduler.ts'
import { createRunSource } from './charts/run-source.ts'
import type { Parts, Tab } from './tab.ts'

/** How soon what is shown follows what runs log, in milliseconds. */
const reloadPauseMs = 1000

/** What the chosen runs, or the newest ones, have logged beside numbers: side by side, step by step. */
export function createArtifactsTab({ host, state }: Parts): Tab {
  const runs = createRunSource({ host, state })
  const bytes = createArtifactBytes(host)
  const parts = { host, bytes }
  const rows = new Map<string, ArtifactRow>()
  let entries: readonly Entry[] = []
  let [isStale, isLoaded] = [true, false]
  let pairBody: ArtifactBody | undefined
  let drawnPair = ''

  const list = createEntryList((key) => choose(key ?? ''))
  const slider = createStepSlider((step) => remember({ key: state.view.artifact?.key ?? '', step }))
  const tools = createArtifactTools(draw)
  const notice = element('p', { class: 'artifact-note artifact-notice', role: 'status' })
  const main = element('div', { class: 'artifact-rows' })
  const panel = element(
    'section',
    { role: 'tabpanel', id: 'panel-artifacts', class: 'artifacts', 'aria-labelledby': 'tab-artifacts' },
    list.element,
    element(
      'div',
      { class: 'artifacts-main' },
      element('div', { class: 'artifacts-bar' }, slider.element, tools.element, notice),
      main,
    ),
  )
  const source = createArtifactSource(host, loaded, failed)
  const reload = createThrottle(reloadPauseMs, () => void source.load(runIds()))
  const isShown = () => state.view.tab === 'artifacts'
  const runIds = () => runs.shown.value.map(({ runId }) => runId)

  function remember({ key, step }: { key: string; step: number | undefined }): void {
    state.update({ artifact: step === undefined ? { key } : { key, step } })
  }

  function choose(key: string): void {
    remember({ key, step: state.view.artifact?.step })
    main.scrollTop = 0
  }

  function loaded({ artifacts, total, cutRuns }: LoadedArtifacts): void {
    isLoaded = true
    entries = groupEntries(artifacts)
    const names = runs.shown.value.filter(({ runId }) => cutRuns.includes(runId)).map(({ name }) => name)
    const said = [
      total === 0 ? text('artifacts.none') : '',
      artifacts.length < total ? text('artifacts.count', { shown: artifacts.length, count: total }) : '',
      names.length > 0 ? text('artifacts.cut', { names: names.join(', ') }) : '',
      runIds().length > maxRuns ? text('artifacts.tooManyRuns', { shown: maxRuns, count: runIds().length }) : '',
    ]
    say(said.filter((part) => part !== '').join(' '))
    draw()
  }

  function failed({ message, hint }: RunwrightError): void {
    isStale = true
    say([message, hint].filter((part) => part !== undefined).join(' '))
  }

  function say(words: string): void {
    notice.textContent = words
    notice.hidden = words === ''
  }

  /** What is shown: the chosen entry, or everything that is seen and heard, or whatever there is. */
  function listShown(): { shown: readonly Entry[]; entry: Entry | undefined } {
    const key = state.view.artifact?.key ?? ''
    const chosen = entries.find((entry) => entry.key === key)
    if (chosen !== undefined) return { shown: [chosen], entry: chosen }
    const media = entries.filter(isMedium)
    if (media.length > 0) return { shown: media, entry: undefined }
    return { shown: entries.slice(0, 1), entry: entries[0] }
  }

  function draw(): void {
    if (!isLoaded) return
    const { shown, entry } = listShown()
    const step = state.view.artifact?.step
    list.show(entries, entry?.key)
    slider.show(listSteps(shown), step)
    const versions = entry === undefined ? [] : listVersions(entry, step)
    tools.show(entry, versions)
    drawRows(shown, step ?? Infinity)
    drawPair()
  }

  function listVersions(entry: Entry, step = Infinity): Version[] {
    return runs.shown.value.flatMap((run) => toVersion(entry, run, step) ?? [])
  }

  function drawRows(shown: readonly Entry[], step: number): void {
    const kept = new Set(shown.map(({ key }) => key))
    for (const [key, row] of rows) {
      if (kept.has(key)) continue
      row.dispose()
      rows.delete(key)
    }
    for (const [place, entry] of shown.entries()) {
      const row = rows.get(entry.key) ?? createArtifactRow(parts, { open, compare, choose: ({ key }) => choose(key) })
      rows.set(entry.key, row)
      row.show(entry, runs.shown.value, step)
      row.element.hidden = tools.pair !== undefined
      if (main.children[place] !== row.element) main.insertBefore(row.element, main.children[place] ?? null)
    }
  }

  /** Two versions in one stand in the place of the row. */
  function drawPair(): void {
    const { pair, mode } = tools
    const kept = JSON.stringify([pair, mode])
    if (kept === drawnPair) return
    drawnPair = kept
    pairBody?.dispose()
    pairBody?.element.remove()
    pairBody =
      pair === undefined || mode === 'side'
        ? undefined
        : mode === 'rows'
          ? createTableDiffBody(parts, pair)
          : createImagePairBody(parts, pair, mode)
    if (pairBody !== undefined) main.append(pairBody.element)
  }

  function open({ artifact: { runId, path } }: Version): void {
    host.act({ kind: 'open-artifact', runId, path })
  }

  function compare(left: Version, right: Version): void {
    const addressOf = ({ artifact: { runId, path } }: Version) => ({ runId, path })
    host.act({ kind: 'compare-artifacts', left: addressOf(left), right: addressOf(right) })
  }

  runs.shown.subscribe(() => {
    if (isShown()) void source.load(runIds())
    else isStale = true
  })
  runs.error.subscribe((message) => message !== undefined && say(message))
  state.subscribe((before) => {
    const { view } = state
    if (before.artifact !== view.artifact) draw()
    if (before.chosen !== view.chosen || before.filter !== view.filter) {
      if (isShown()) void runs.load()
      else isStale = true
    }
    if (before.hidden !== view.hidden || before.colors !== view.colors) runs.refresh()
  })

  return {
    element: panel,
    shown() {
      if (!isStale) return
      isStale = false
      void runs.load().then(() => source.load(runIds()))
    },
    received(event) {
      if (event.kind !== 'artifacts' && event.kind !== 'run' && event.kind !== 'reset') return
      if (event.kind === 'artifacts') bytes.forget(event.runId)
      const isOurs = event.kind === 'reset' || runs.shown.value.some(({ runId }) => runId === event.runId)
      if (!isOurs && state.view.chosen.length > 0) return
      if (!isShown()) isStale = true
      else if (event.kind === 'artifacts') reload.request()
      else void runs.load()
    },
  }
}

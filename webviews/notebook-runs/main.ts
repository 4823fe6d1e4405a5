/**
 * Draws what `%runs` and `%compare` show in notebooks of VS Code, and follows it: the HTML beside it is for all others.
 *
 * @see https://code.visualstudio.com/api/extension-guides/notebook#notebook-renderer
 */
import { type Language, languages } from '../../src/base/languages.ts'
import type { ListedRuns } from '../../src/protocol/listed-runs.ts'
import {
  type Follows,
  type FromNotebookRuns,
  goesOn,
  parseComparison,
  parseListedRuns,
  runsMime,
  type ToNotebookRuns,
} from '../../src/protocol/notebook-runs-messages.ts'
import type { RunDiff } from '../../src/protocol/run-diff.ts'
import { button, element } from '../shared/dom.ts'
import { drawComparison } from './draw-comparison.ts'
import { drawSection } from './draw-runs.ts'
import { style } from './style.ts'
import { speak, text } from './texts.ts'

/** As much of VS Code's renderer API as is used. */
interface RendererContext {
  postMessage?(message: FromNotebookRuns): void
  onDidReceiveMessage?(listener: (message: ToNotebookRuns) => void): unknown
}

interface OutputItem {
  readonly id: string
  readonly mime: string
  readonly metadata: unknown
  json(): unknown
}

type Data =
  | { readonly thing: 'runs'; readonly data: Pick<ListedRuns, 'experiments'> & Partial<ListedRuns> }
  | { readonly thing: 'comparison'; readonly data: RunDiff }

interface Drawn {
  readonly place: HTMLElement
  shown: Data
  /** Rows of a comparison in which runs do not differ. */
  readonly showsEqual: boolean
  isLive: boolean
  at: number | undefined
  trouble: string
  isRefreshing: boolean
}

export function activate(context: RendererContext) {
  const drawn = new Map<string, Drawn>()
  let language: Language = 'en'
  const post = (message: FromNotebookRuns) => context.postMessage?.(message)
  if (document.getElementById(styleId) === null) document.head.append(element('style', { id: styleId }, style))

  function draw(output: string): void {
    const found = drawn.get(output)
    if (found === undefined) return
    const { place, shown, showsEqual } = found
    const focused = place.querySelector(':focus')?.getAttribute('data-act')
    const before = place.querySelector('.scroll')
    const now = found.at ?? Date.now()
    const content =
      shown.thing === 'comparison'
        ? drawComparison(shown.data, showsEqual, language)
        : shown.data.experiments.map((section) => drawSection(section, language, now))
    const none = content.length === 0 ? [element('p', { class: 'quiet' }, text('none'))] : []
    // Keys scroll what may be longer than its place.
    const scroll = element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': nameOf(shown) },
      ...content,
      ...none,
    )
    place.lang = language
    place.dir = languages[language].direction
    place.setAttribute('data-live', String(found.isLive))
    place.replaceChildren(
      drawBar(output, found),
      ...(found.trouble === '' ? [] : [element('p', { class: 'trouble', role: 'alert' }, found.trouble)]),
      scroll,
    )
    if (before !== null) scroll.scrollTo({ top: before.scrollTop, left: before.scrollLeft })
    if (focused) place.querySelector<HTMLElement>(`[data-act='${focused}']`)?.focus()
  }

  function drawBar(output: string, found: Drawn): HTMLElement {
    const { shown, isLive, at, isRefreshing } = found
    const state = isRefreshing ? text('refreshing') : isLive ? text('live') : at === undefined ? '' : describeTime(at)
    const bar = element('div', { class: 'bar' }, element('span', { role: 'status' }, state))
    if (context.postMessage === undefined) return bar
    const act = (name: string, label: string, press: () => void) =>
      bar.append(button(label, press, { 'data-act': name }))
    if (findFollowed(shown) !== undefined) {
      act('refresh', text('refresh'), () => {
        found.isRefreshing = true
        draw(output)
        post({ kind: 'refresh', output })
      })
    }
    if (shown.thing === 'comparison') {
      act('open', text('compare'), () => post({ kind: 'compare', runIds: shown.data.runs.map(({ runId }) => runId) }))
    }
    const [only, ...more] = shown.thing === 'runs' ? shown.data.experiments : []
    if (only !== undefined && more.length === 0) {
      act('open', text('open'), () => post({ kind: 'open', experiment: only.experiment }))
    }
    return bar
  }

  function describeTime(at: number): string {
    const format = new Intl.DateTimeFormat(languages[language].locale, { timeStyle: 'medium' })
    return text('readAt', { time: format.format(at) })
  }

  context.onDidReceiveMessage?.((message) => {
    if (message.kind === 'language') {
      language = message.language
      speak(language)
      for (const output of drawn.keys()) draw(output)
      return
    }
    const found = drawn.get(message.output)
    if (found === undefined) return
    found.isRefreshing = false
    if (message.kind === 'trouble') found.trouble = message.text
    else {
      const shown: Data =
        message.kind === 'runs' ? { thing: 'runs', data: message.data } : { thing: 'comparison', data: message.data }
      Object.assign(found, { shown, isLive: message.isLive, at: message.at, trouble: '' })
    }
    draw(message.output)
  })

  return {
    renderOutputItem(item: OutputItem, place: HTMLElement): void {
      const shown = readData(item)
      place.classList.add('runwright-runs')
      const showsEqual =
        shown.thing === 'comparison' && shown.data.sections.some(({ rows }) => rows.some((row) => !row.isDifferent))
      const followed = findFollowed(shown)
      const follows: Follows = isOfNow(item) ? 'all' : goesOn(shown.data) ? 'unfinished' : 'nothing'
      const isLive = followed !== undefined && context.postMessage !== undefined && follows !== 'nothing'
      drawn.set(item.id, { place, shown, showsEqual, isLive, at: undefined, trouble: '', isRefreshing: false })
      draw(item.id)
      if (followed !== undefined) post({ kind: 'follow', output: item.id, shown: followed, follows })
    },
    disposeOutputItem(id?: string): void {
      for (const output of id === undefined ? [...drawn.keys()] : [id]) {
        if (drawn.delete(output)) post({ kind: 'leave', output })
      }
    },
  }
}

const styleId = 'runwright-runs-style'

/** @throws {Error} for what is none, so that VS Code says so and offers the other forms */
function readData(item: OutputItem): Data {
  const json = item.json()
  const runs = item.mime === runsMime ? parseListedRuns(json) : undefined
  if (runs !== undefined) return { thing: 'runs', data: runs }
  const comparison = item.mime === runsMime ? undefined : parseComparison(json)
  if (comparison !== undefined) return { thing: 'comparison', data: comparison }
  throw new Error('This output is of another version of Runwright.')
}

/** How the extension is asked for it again; undefined for what an older version has written. */
function findFollowed(shown: Data) {
  if (shown.thing === 'comparison')
    return { thing: 'comparison', runIds: shown.data.runs.map(({ runId }) => runId) } as const
  const { query } = shown.data
  return query && ({ thing: 'runs', query } as const)
}

/** The extension marks what a kernel has just said; the mark is not saved. What was opened from a file stays as it was. */
function isOfNow({ metadata }: OutputItem): boolean {
  const transient =
    typeof metadata === 'object' && metadata !== null && 'transient' in metadata ? metadata.transient : {}
  return typeof transient === 'object' && transient !== null && 'runwright' in transient
}

function nameOf(shown: Data): string {
  const names =
    shown.thing === 'runs'
      ? shown.data.experiments.map(({ experiment }) => experiment)
      : shown.data.runs.map(({ name }) => name)
  return names.join(', ')
}

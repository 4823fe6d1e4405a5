import { element } from '../../shared/dom.ts'
import { createFrameScheduler } from '../../shared/frame-scheduler.ts'
import { text } from '../../shared/texts.ts'
import { toSizeText } from '../../shared/size-text.ts'
import { onThemeChange } from '../../shared/chart/chart-theme.ts'
import { parseAnsi } from './ansi.ts'
import { cutLine, type LinePiece } from './cut-line.ts'
import { type FilePlace, findPlaces } from './find-places.ts'
import { createInk } from './ink.ts'
import { findText, type LogMatch } from './log-search.ts'
import type { LogSource } from './log-source.ts'
import { createScrollMap } from './scroll-map.ts'

/** CSS pixels: closer to the end than this is at the end. */
const nearEnd = 4

export interface LogViewParts {
  readonly source: LogSource
  /** What is looked for, and the match that is shown. */
  found(): { readonly query: string; readonly current: LogMatch | undefined }
  opened(place: FilePlace): void
  /** The log follows its end from now on, or no more. */
  followed(): void
}

/** The lines of a log that are in sight. It follows the end of the log until it is scrolled away from there. */
export interface LogView {
  readonly element: HTMLElement
  readonly isFollowing: boolean
  /** The line at the top. */
  readonly topLine: number
  follow(isFollowing: boolean): void
  /** Brings a line into the middle, unless it is in sight. */
  show(line: number): void
  redraw(): void
}

export function createLogView(parts: LogViewParts): LogView {
  const { source } = parts
  const body = element('div', { class: 'log-body', role: 'presentation' })
  const root = element(
    'div',
    { class: 'log-lines', role: 'log', tabindex: 0, 'aria-label': text('job.log'), dir: 'ltr' },
    body,
  )
  const drawing = createFrameScheduler(draw)
  let rows = new Map<number, { readonly key: string; readonly row: HTMLElement }>()
  let ink = createInk(document.body)
  let isFollowing = true
  let rowSize = readRowSize(root)

  const viewport = () => root.clientHeight
  const map = () => createScrollMap(source.lineCount, rowSize, viewport())
  const lastScroll = () => root.scrollHeight - viewport()

  function draw(): void {
    const now = map()
    body.style.blockSize = `${now.height}px`
    if (isFollowing) root.scrollTop = lastScroll()
    const top = now.toLine(root.scrollTop)
    const from = Math.max(0, Math.floor(top) - 1)
    const to = Math.min(source.lineCount, Math.ceil(top + viewport() / rowSize) + 1)
    const shown = new Map<number, { key: string; row: HTMLElement }>()
    for (let line = from; line < to; line++) {
      const drawn = drawRow(line)
      drawn.row.style.translate = `0 ${root.scrollTop + (line - top) * rowSize}px`
      shown.set(line, drawn)
    }
    for (const [line, { row }] of rows) if (shown.get(line)?.row !== row) row.remove()
    // Rows stand in the document in their order, for those who read or select them.
    let before: Element | null = body.firstElementChild
    for (const { row } of shown.values()) {
      if (row === before) before = row.nextElementSibling
      else body.insertBefore(row, before)
    }
    rows = shown
  }

  /** A row stays the same element for as long as it shows the same: it may hold the focus. */
  function drawRow(line: number): { key: string; row: HTMLElement } {
    const { query, current } = parts.found()
    const read = source.line(line)
    const place = current?.line === line ? current.place : -1
    const key = `${read?.text ?? ''}\n${read === undefined}\n${read?.cutBytes}\n${query}\n${place}`
    const known = rows.get(line)
    if (known?.key === key) return known
    const row = element('div', { class: 'log-line' })
    if (read === undefined) row.append('…')
    else row.append(...drawPieces(read.text, query, place))
    if (read !== undefined && read.cutBytes > 0) {
      row.append(element('span', { class: 'log-cut' }, text('job.log.cut', { size: toSizeText(read.cutBytes) })))
    }
    return { key, row }
  }

  function drawPieces(line: string, query: string, current: number): readonly (Node | string)[] {
    const spans = parseAnsi(line)
    const plain = spans.map(({ text }) => text).join('')
    const pieces = cutLine(spans, findPlaces(plain), findText(plain, query), query.length)
    return pieces.map((piece) => drawPiece(piece, current))
  }

  function drawPiece({ text: words, style, place, match }: LinePiece, current: number): Node | string {
    const isPlain = Object.keys(style).length === 0
    if (isPlain && place === undefined && match === undefined) return words
    const inner =
      match === undefined
        ? element('span', {}, words)
        : element('mark', { class: match === current ? 'current' : undefined }, words)
    if (!isPlain && match === undefined) ink.apply(inner, style)
    if (place === undefined) return inner
    const link = element('a', { href: '#', title: text('job.log.open', { path: place.path, line: place.line }) }, inner)
    link.addEventListener('click', (event) => {
      event.preventDefault()
      parts.opened(place)
    })
    return link
  }

  function setFollowing(next: boolean): void {
    if (next === isFollowing) return
    isFollowing = next
    // A reader is told of what comes, not of what is scrolled by.
    root.setAttribute('aria-live', next ? 'polite' : 'off')
    parts.followed()
  }

  root.setAttribute('aria-live', 'polite')
  root.addEventListener(
    'scroll',
    () => {
      setFollowing(root.scrollTop >= lastScroll() - nearEnd)
      drawing.request()
    },
    { passive: true },
  )
  new ResizeObserver(drawing.request).observe(root)
  onThemeChange(() => {
    ink = createInk(document.body)
    rowSize = readRowSize(root)
    for (const { row } of rows.values()) row.remove()
    rows = new Map()
    drawing.request()
  })

  return {
    element: root,
    get isFollowing() {
      return isFollowing
    },
    get topLine() {
      return Math.round(map().toLine(root.scrollTop))
    },
    follow(next) {
      setFollowing(next)
      drawing.request()
    },
    show(line) {
      const top = map().toLine(root.scrollTop)
      const size = viewport() / rowSize
      if (line < top || line + 1 > top + size) {
        body.style.blockSize = `${map().height}px`
        root.scrollTop = map().toScroll(line - size / 2)
        setFollowing(root.scrollTop >= lastScroll() - nearEnd)
      }
      drawing.request()
    },
    redraw: drawing.request,
  }
}

/** Lines have one height, that of the editor's font. */
function readRowSize(root: HTMLElement): number {
  const size = Number.parseFloat(getComputedStyle(document.body).getPropertyValue('--vscode-editor-font-size'))
  const rowSize = Math.round((Number.isFinite(size) ? size : 12) * 1.5)
  root.style.setProperty('--row-size', `${rowSize}px`)
  return rowSize
}

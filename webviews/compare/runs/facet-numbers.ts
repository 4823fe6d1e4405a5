import type { ColumnStatistics, TableColumn } from '../../../src/protocol/run-table.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { formatTime } from '../../shared/time-text.ts'
import { formatCell, isTimeColumn } from './cell-text.ts'
import { type FacetChoice, noChoice, roundOutwards } from './facet-terms.ts'

type Numbers = ColumnStatistics & { kind: 'numbers' }

/** How the values of a column are spread; a range is drawn over them, or its ends typed. */
export function createNumberFacet(
  column: TableColumn,
  statistics: Numbers,
  choice: FacetChoice,
  choose: (choice: FacetChoice) => void,
): HTMLElement {
  const { min, max, histogram } = statistics
  if (!Number.isFinite(min)) return element('div', { class: 'facet-note' }, text('runs.facetNoNumbers'))
  const partSize = (max - min) / histogram.length
  const most = Math.max(1, ...histogram)
  const say = (value: number) => formatCell(column, value, Date.now()).text
  const bars = [...histogram].map((count, part) => {
    const [from, to] = [min + part * partSize, min + (part + 1) * partSize]
    const isOut = (choice.from !== undefined && to < choice.from) || (choice.to !== undefined && from > choice.to)
    const bar = element('span', {
      class: `facet-bar${isOut ? ' out' : ''}`,
      title: text('runs.facetPart', { count, from: say(from), to: say(to) }),
    })
    bar.style.blockSize = count === 0 ? '0' : `max(1px, ${(count / most) * 100}%)`
    return bar
  })
  const brush = element('span', { class: 'facet-brush', hidden: true })
  const label = text('runs.facetSpread', { count: statistics.count, from: say(min), to: say(max) })
  const histogramBox = element('div', { class: 'facet-histogram', dir: 'ltr', role: 'img', 'aria-label': label })
  histogramBox.append(...bars, brush)
  listenToBrush(histogramBox, brush, histogram.length, (first, last) => {
    choose({
      ...noChoice,
      from: first === 0 ? undefined : roundOutwards(min + first * partSize, false),
      to: last === histogram.length - 1 ? undefined : roundOutwards(min + (last + 1) * partSize, true),
    })
  })
  const isTime = isTimeColumn(column)
  const from = createEnd('runs.facetFrom', choice.from, min, isTime, (value) => choose({ ...choice, from: value }))
  const to = createEnd('runs.facetTo', choice.to, max, isTime, (value) => choose({ ...choice, to: value }))
  return element('div', {}, histogramBox, element('div', { class: 'facet-ends', dir: 'ltr' }, from, '–', to))
}

function createEnd(
  label: 'runs.facetFrom' | 'runs.facetTo',
  value: number | undefined,
  extreme: number,
  isTime: boolean,
  changed: (value: number | undefined) => void,
): HTMLElement {
  const kind = isTime
    ? {
        type: 'datetime-local',
        step: 1,
        value: value === undefined ? undefined : toLocalTime(value),
        title: formatTime(extreme),
      }
    : { type: 'number', step: 'any', value, placeholder: Number(extreme.toPrecision(4)) }
  const input = element('input', { ...kind, class: 'text-input', 'aria-label': text(label) })
  const read = () => (isTime ? new Date(input.value).getTime() : input.valueAsNumber)
  input.addEventListener('change', () => changed(input.value === '' ? undefined : read()))
  return input
}

/** By the clock of the place, to the second and without its zone: `2026-11-24T09:05:00`. */
function toLocalTime(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

/** A drag over the parts, or a press on one of them. */
function listenToBrush(
  box: HTMLElement,
  brush: HTMLElement,
  partCount: number,
  brushed: (first: number, last: number) => void,
): void {
  let start: number | undefined
  const partAt = ({ clientX }: PointerEvent) => {
    const { left, width } = box.getBoundingClientRect()
    return Math.max(0, Math.min(partCount - 1, Math.floor(((clientX - left) / width) * partCount)))
  }
  const show = (first: number, last: number) => {
    brush.hidden = false
    brush.style.left = `${(first / partCount) * 100}%`
    brush.style.width = `${((last + 1 - first) / partCount) * 100}%`
  }
  box.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    start = partAt(event)
    box.setPointerCapture(event.pointerId)
    show(start, start)
  })
  box.addEventListener('pointermove', (event) => {
    if (start !== undefined) show(Math.min(start, partAt(event)), Math.max(start, partAt(event)))
  })
  box.addEventListener('pointerup', (event) => {
    if (start === undefined) return
    const [first, last] = [Math.min(start, partAt(event)), Math.max(start, partAt(event))]
    start = undefined
    brush.hidden = true
    brushed(first, last)
  })
  box.addEventListener('pointercancel', () => {
    start = undefined
    brush.hidden = true
  })
}

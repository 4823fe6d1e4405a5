import type { PageModel, ToCompressionPage } from '../../src/protocol/compression-page-messages.ts'
import { formatMeasure, type MeasureName, measures } from '../../src/protocol/measures.ts'
import { element } from '../shared/dom.ts'
import { drawMark } from './marks.ts'
import { type Axis, createAxis, findFigure, findFront, withoutOverlaps } from './plot.ts'
import { svg } from './svg.ts'

export interface ChartParts {
  readonly search: Extract<ToCompressionPage, { kind: 'search' }>
  readonly x: MeasureName
  readonly y: MeasureName
  readonly label: MeasureName | undefined
  /** The number of the model that is looked at. */
  readonly chosen: number | undefined
  /** In CSS pixels. */
  readonly width: number
  readonly height: number
  choose(number: number): void
}

/** A model and where it is drawn. */
interface Point {
  readonly model: PageModel
  /** Values. */
  readonly x: number
  readonly y: number
}

const margins = { left: 92, right: 28, top: 18, bottom: 46 }

/**
 * Models as points over two measures. The points are radio buttons, so that keys go from one to the next and a screen
 * reader tells each with all that is known of it.
 */
export function drawChart(parts: ChartParts): SVGSVGElement {
  const { search, x, y, width, height, chosen } = parts
  const points = findPoints(parts)
  const right = Math.max(margins.left + 50, width - margins.right)
  const bottom = Math.max(margins.top + 50, height - margins.bottom)
  const across = createAxis(x, valuesOf(points, 'x', parts), margins.left, right)
  const up = createAxis(y, valuesOf(points, 'y', parts), bottom, margins.top)
  const toPlace = (point: Point) => ({ x: across.scale.toPixel(point.x), y: up.scale.toPixel(point.y) })
  const good = points.filter(({ model }) => model.mark !== 'failed')
  const front = findFront(good, x, y).map(toPlace)
  const worst = {
    x: measures[x].better === 'less' ? right : margins.left,
    y: measures[y].better === 'less' ? margins.top : bottom,
  }
  const drawn = svg(
    'svg',
    { class: 'plot-of-models', width, height, viewBox: `0 0 ${width} ${height}`, direction: 'ltr' },
    drawAxes(across, up, { right, bottom }, titleOf(search, x), titleOf(search, y)),
    svg('path', { class: 'front-line', d: toSteps(front, worst) }),
  )
  const group = svg('g', { role: 'radiogroup', 'aria-label': search.texts.title })
  drawn.append(group)
  // What is chosen lies on top, and is the place that Tab comes to.
  const ordered = points.toSorted((a, b) => a.x - b.x || a.y - b.y)
  const last = ordered.find(({ model }) => model.number === chosen) ?? ordered[0]
  for (const point of ordered) group.append(drawPoint(point, toPlace(point), parts, point === last, across, up))
  const topmost = last === undefined ? undefined : group.children[ordered.indexOf(last)]
  if (topmost !== undefined) group.append(topmost)
  for (const label of placeLabels(points, toPlace, parts)) {
    drawn.append(svg('text', { class: 'beside', x: label.x, y: label.y + 4 }, label.text))
  }
  group.addEventListener('keydown', (event) => {
    const next = findNext(event.key, ordered, toPlace, last)
    if (next === undefined) return
    event.preventDefault()
    parts.choose(next.model.number)
  })
  return drawn
}

function findPoints({ search, x, y }: ChartParts): readonly Point[] {
  return search.models.flatMap((model) => {
    const [across, up] = [findFigure(model.figures, x), findFigure(model.figures, y)]
    return across === undefined || up === undefined ? [] : [{ model, x: across.value, y: up.value }]
  })
}

/** Those of the points, and the ends of the interval of the one that is chosen, which is drawn. */
function valuesOf(points: readonly Point[], along: 'x' | 'y', { chosen, x, y }: ChartParts): readonly number[] {
  const measure = along === 'x' ? x : y
  const model = points.find((point) => point.model.number === chosen)?.model
  const interval = model && findFigure(model.figures, measure)?.interval
  return [...points.map((point) => point[along]), ...(interval ?? [])]
}

function titleOf({ measures }: ChartParts['search'], name: MeasureName): string {
  const measure = measures.find((each) => each.name === name)
  return measure === undefined ? name : `${measure.title} (${measure.better})`
}

function drawAxes(
  across: Axis,
  up: Axis,
  { right, bottom }: { readonly right: number; readonly bottom: number },
  acrossTitle: string,
  upTitle: string,
): SVGGElement {
  const group = svg('g', { class: 'axes', 'aria-hidden': 'true' })
  for (const { at, label } of across.ticks) {
    group.append(
      svg('line', { x1: at, x2: at, y1: margins.top, y2: bottom }),
      svg('text', { x: at, y: bottom + 17, 'text-anchor': 'middle' }, label),
    )
  }
  for (const { at, label } of up.ticks) {
    group.append(
      svg('line', { x1: margins.left, x2: right, y1: at, y2: at }),
      svg('text', { x: margins.left - 8, y: at + 4, 'text-anchor': 'end' }, label),
    )
  }
  const middle = (margins.top + bottom) / 2
  group.append(
    svg(
      'text',
      { x: (margins.left + right) / 2, y: bottom + 38, 'text-anchor': 'middle', class: 'title' },
      acrossTitle,
    ),
    svg('text', { transform: `translate(14 ${middle}) rotate(-90)`, 'text-anchor': 'middle', class: 'title' }, upTitle),
  )
  return group
}

/** The edge of what is worse than a model of the front in both: between two of them there is none, as steps show. */
function toSteps(
  [first, ...others]: readonly { readonly x: number; readonly y: number }[],
  worst: { readonly x: number; readonly y: number },
): string {
  if (first === undefined) return ''
  const start = `M${first.x.toFixed(1)} ${worst.y}V${first.y.toFixed(1)}`
  const steps = others.reduce((path, { x, y }) => `${path}H${x.toFixed(1)}V${y.toFixed(1)}`, start)
  return `${steps}H${worst.x}`
}

function drawPoint(
  { model }: Point,
  place: { readonly x: number; readonly y: number },
  { search, x, y, chosen, choose }: ChartParts,
  isTabbed: boolean,
  across: Axis,
  up: Axis,
): SVGGElement {
  const isChosen = model.number === chosen
  const label = describeModel(model, search)
  const group = svg(
    'g',
    {
      class: `model ${model.mark}${isChosen ? ' chosen' : ''}`,
      role: 'radio',
      tabindex: isTabbed ? 0 : -1,
      'aria-checked': String(isChosen),
      'aria-label': label,
      'data-number': model.number,
    },
    svg('title', {}, label),
  )
  if (isChosen) group.append(...drawIntervals(model, place, { x, y }, across, up))
  group.append(
    svg('circle', { class: 'area', cx: place.x, cy: place.y, r: 13 }),
    drawMark(model.mark, place.x, place.y),
  )
  group.addEventListener('click', () => choose(model.number))
  return group
}

function drawIntervals(
  { figures }: PageModel,
  place: { readonly x: number; readonly y: number },
  { x, y }: { readonly x: MeasureName; readonly y: MeasureName },
  across: Axis,
  up: Axis,
): readonly SVGElement[] {
  const [first, second] = [findFigure(figures, x)?.interval, findFigure(figures, y)?.interval]
  const line = (x1: number, y1: number, x2: number, y2: number) => svg('line', { class: 'interval', x1, y1, x2, y2 })
  return [
    ...(first === undefined
      ? []
      : [line(across.scale.toPixel(first[0]), place.y, across.scale.toPixel(first[1]), place.y)]),
    ...(second === undefined ? [] : [line(place.x, up.scale.toPixel(second[0]), place.x, up.scale.toPixel(second[1]))]),
  ]
}

/** All that is known of a model, in a line. */
export function describeModel({ name, note, figures }: PageModel, { measures }: ChartParts['search']): string {
  const told = measures.flatMap(({ name: measure, title }) => {
    const found = findFigure(figures, measure)
    return found === undefined ? [] : [`${title} ${formatMeasure(measure, found.value)}`]
  })
  return [name, note, ...told].filter((part) => part !== '').join(', ')
}

/** A third measure, told beside the models that matter: the original, the front, and what is recommended. */
function placeLabels(
  points: readonly Point[],
  toPlace: (point: Point) => { readonly x: number; readonly y: number },
  { label, chosen }: ChartParts,
) {
  if (label === undefined) return []
  const rank = ({ model }: Point) =>
    model.number === chosen ? 0 : model.mark === 'recommended' ? 1 : model.mark === 'original' ? 2 : 3
  const told = points.filter(({ model }) => rank({ model, x: 0, y: 0 }) < 3 || model.mark === 'front')
  const placed = told
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((point) => {
      const found = findFigure(point.model.figures, label)
      const { x, y } = toPlace(point)
      return found === undefined ? [] : [{ x: x + 16, y: y - 10, text: formatMeasure(label, found.value) }]
    })
  return withoutOverlaps(placed, points.map(toPlace))
}

/** To the next one across by the arrows left and right, and up by the others. */
function findNext(
  key: string,
  ordered: readonly Point[],
  toPlace: (point: Point) => { readonly y: number },
  from: Point | undefined,
): Point | undefined {
  const upwards = ordered.toSorted((a, b) => toPlace(b).y - toPlace(a).y)
  const step = (list: readonly Point[], by: 1 | -1) => {
    const at = from === undefined ? -1 : list.indexOf(from)
    return list.at((at + by + list.length) % list.length)
  }
  switch (key) {
    case 'ArrowRight':
      return step(ordered, 1)
    case 'ArrowLeft':
      return step(ordered, -1)
    case 'ArrowUp':
      return step(upwards, 1)
    case 'ArrowDown':
      return step(upwards, -1)
    case 'Home':
      return ordered[0]
    case 'End':
      return ordered.at(-1)
    case ' ':
    case 'Enter':
      return from
    default:
      return undefined
  }
}

/** What the marks stand for. */
export function drawLegend({ models, texts }: ChartParts['search']): HTMLElement {
  const used = new Set(models.map(({ mark }) => mark))
  const order = ['original', 'recommended', 'front', 'other', 'failed'] as const
  const entry = (mark: (typeof order)[number]) =>
    element(
      'li',
      {},
      svg('svg', { width: 18, height: 18, class: `model ${mark}`, 'aria-hidden': 'true' }, drawMark(mark, 9, 9)),
      texts.marks[mark],
    )
  const line = element(
    'li',
    {},
    svg(
      'svg',
      { width: 26, height: 18, 'aria-hidden': 'true' },
      svg('path', { class: 'front-line', d: 'M2 4H13V14H24' }),
    ),
    texts.frontLine,
  )
  return element('ul', { class: 'legend' }, ...order.filter((mark) => used.has(mark)).map(entry), line)
}

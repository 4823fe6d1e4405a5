import type { ShownMeasurement } from '../../src/protocol/shown-model-test.ts'

/** What the bars of a column have in common: nothing is in the middle, `reach` at both ends. */
export interface Scale {
  readonly reach: number
}

/** CSS pixels. */
const width = 160
const height = 14
const svgNamespace = 'http://www.w3.org/2000/svg'

/** A change with its interval beside those of other groups; the same stands in words before it. */
export function drawInterval({ value, interval = [value, value] }: ShownMeasurement, { reach }: Scale): SVGSVGElement {
  const x = (change: number) => Math.round((width / 2) * (1 + Math.max(-1, Math.min(1, change / reach))) * 10) / 10
  const [low, high] = interval
  const drawing = document.createElementNS(svgNamespace, 'svg')
  drawing.setAttribute('class', 'interval-bar')
  drawing.setAttribute('viewBox', `-4 0 ${width + 8} ${height}`)
  drawing.setAttribute('width', String(width + 8))
  drawing.setAttribute('height', String(height))
  drawing.setAttribute('aria-hidden', 'true')
  add(drawing, 'line', { class: 'zero', x1: x(0), x2: x(0), y1: 0, y2: height })
  if (![value, low, high].every(Number.isFinite)) return drawing
  add(drawing, 'line', { class: 'reach', x1: x(low), x2: x(high), y1: height / 2, y2: height / 2 })
  add(drawing, 'circle', { class: 'found', cx: x(value), cy: height / 2, r: 3 })
  return drawing
}

function add(drawing: SVGSVGElement, name: string, attributes: Readonly<Record<string, string | number>>): void {
  const made = document.createElementNS(svgNamespace, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  drawing.append(made)
}

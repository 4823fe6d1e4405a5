import type { ScatterChartSpec } from '../../../src/protocol/saved-view.ts'
import { axisFontSize, countTicks } from '../../shared/chart/draw-axes.ts'
import { drawDot } from '../../shared/chart/draw-curve.ts'
import type { Place } from '../../shared/chart/plot-gestures.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts } from './chart-body.ts'
import { type ColumnScale, createColumnScale, toRampColor } from './column-scale.ts'
import { toColumnText } from './column-text.ts'
import { drawContour } from './draw-contour.ts'
import { drawRamp } from './draw-ramp.ts'
import { createTableChart, type TableDrawing, type TableScene } from './table-chart.ts'

/** CSS pixels. */
const radius = 4
const reach = 12

const columnsOf = ({ x, y, color }: ScatterChartSpec) => (color === undefined ? [x, y] : [x, y, color])

/** A dot for each run that has both values. */
export function createScatterChart(
  parts: ChartParts,
  spec: ScatterChartSpec,
  listener: ChartListener,
): ChartBody<ScatterChartSpec> {
  return createTableChart(parts, spec, listener, {
    margins: { left: 56, top: 20, right: 16, bottom: 38 },
    columns: columnsOf,
    paint,
  })
}

function paint(scene: TableScene<ScatterChartSpec>): TableDrawing {
  const { area, theme, spec, records, colorOf } = scene
  const { frame, data } = area
  const counts = countTicks(frame)
  const cells = (index: number) => records.map(({ values }) => values[index])
  const isDuration = (column: ScatterChartSpec['x']) => column.kind === 'attribute' && column.key === 'duration'
  const options = { x: { isDuration: isDuration(spec.x) }, y: { isDuration: isDuration(spec.y) } }
  const { left, right, top, bottom } = frame
  const x = createColumnScale(cells(0), { isLog: spec.logX, start: left, end: right, maxTicks: counts.x, ...options.x })
  const y = createColumnScale(cells(1), { isLog: spec.logY, start: bottom, end: top, maxTicks: counts.y, ...options.y })
  const ramp = { isLog: false, start: 0, end: 1, maxTicks: 2 }
  const color = createColumnScale(cells(2), { ...ramp, isDuration: spec.color !== undefined && isDuration(spec.color) })
  drawColumnAxes(scene, x, y)

  const places = records.map(({ values: [first, second] }): Place | undefined => {
    const [pixelX, pixelY] = [x.place(first), y.place(second)]
    return pixelX === undefined || pixelY === undefined ? undefined : { x: pixelX, y: pixelY }
  })
  const fillOf = (index: number): string => {
    const record = records[index]
    const share = spec.color === undefined ? undefined : color.share(record?.values[2])
    if (share !== undefined) return toRampColor(share)
    return (record === undefined ? undefined : colorOf(record)) ?? theme.text
  }
  const isFilled = spec.color !== undefined && spec.contour === true
  if (isFilled) {
    const values = places.map((place, index) => ({ place, value: color.share(records[index]?.values[2]) }))
    drawContour(
      data,
      values.flatMap(({ place, value }) => (place === undefined || value === undefined ? [] : { ...place, value })),
    )
  }
  if (spec.color !== undefined) {
    drawRamp(area.axes, frame, theme, { name: toColumnText(spec.color), least: color.ends[0], greatest: color.ends[1] })
  }
  data.strokeStyle = theme.background
  data.lineWidth = frame.ratio
  for (const [index, place] of places.entries()) {
    if (place === undefined) continue
    data.fillStyle = fillOf(index)
    drawDot(data, place.x, place.y, radius * frame.ratio)
    data.stroke()
  }
  const leftOut = places.filter((place) => place === undefined).length
  return {
    notes: [
      ...(isFilled ? [text('charts.note.contour')] : []),
      ...(leftOut > 0 ? [text('charts.note.leftOut', { count: leftOut })] : []),
    ],
    find: (at) => findNearest(places, at, reach * frame.ratio),
    emphasize(index) {
      const place = places[index]
      if (place === undefined) return
      area.overlay.fillStyle = fillOf(index)
      drawDot(area.overlay, place.x, place.y, 1.6 * radius * frame.ratio)
      area.overlay.strokeStyle = theme.text
      area.overlay.lineWidth = 2 * frame.ratio
      area.overlay.stroke()
    },
  }
}

function findNearest(places: readonly (Place | undefined)[], at: Place, reach: number): number | undefined {
  let [found, distance]: [number | undefined, number] = [undefined, reach]
  for (const [index, place] of places.entries()) {
    const away = place === undefined ? Infinity : Math.hypot(place.x - at.x, place.y - at.y)
    if (away < distance) [found, distance] = [index, away]
  }
  return found
}

function drawColumnAxes({ area, theme, spec }: TableScene<ScatterChartSpec>, x: ColumnScale, y: ColumnScale): void {
  const { axes: context, frame } = area
  const { left, right, top, bottom, ratio } = frame
  context.font = `${axisFontSize * ratio}px ${theme.fontFamily}`
  context.lineWidth = Math.max(1, Math.round(ratio))
  context.strokeStyle = theme.lines
  context.fillStyle = theme.text
  context.globalAlpha = 0.25
  context.beginPath()
  for (const { pixel } of x.ticks) {
    context.moveTo(Math.round(pixel) + 0.5, top)
    context.lineTo(Math.round(pixel) + 0.5, bottom)
  }
  for (const { pixel } of y.ticks) {
    context.moveTo(left, Math.round(pixel) + 0.5)
    context.lineTo(right, Math.round(pixel) + 0.5)
  }
  context.stroke()
  context.globalAlpha = 1
  context.textBaseline = 'top'
  context.textAlign = 'center'
  for (const { pixel, label } of x.ticks) context.fillText(label, pixel, bottom + 5 * ratio)
  context.fillText(toColumnText(spec.x), (left + right) / 2, bottom + 21 * ratio, right - left)
  context.textAlign = 'start'
  context.fillText(toColumnText(spec.y), 6 * ratio, 2 * ratio, right)
  context.textBaseline = 'middle'
  context.textAlign = 'end'
  for (const { pixel, label } of y.ticks) context.fillText(label, left - 6 * ratio, pixel, left - 8 * ratio)
}

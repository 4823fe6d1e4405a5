import { drawLabel, drawLevel, drawLimit, drawLine, drawPage, drawTick, frame } from '../plot-parts.ts'

/** A line of a plot: a figure at each size. */
export interface PlotLine {
  readonly label: string
  /** Ascending in x; both above 0. */
  readonly places: readonly { readonly x: number; readonly y: number }[]
}

export interface Plot {
  readonly title: string
  readonly unit: string
  /** Of the x axis. Default: points in the workspace. */
  readonly caption?: string
  readonly lines: readonly PlotLine[]
  /** A level that the lines are to stay below. */
  readonly limit?: number
}

/** A plot of figures over sizes as SVG, both axes logarithmic. */
export function toSvg({ title, unit, caption = 'points in the workspace', lines, limit }: Plot): string {
  const xs = lines.flatMap(({ places }) => places.map(({ x }) => x))
  const ys = [...lines.flatMap(({ places }) => places.map(({ y }) => y)), ...(limit === undefined ? [] : [limit])]
  const x = toScale(Math.min(...xs), Math.max(...xs), frame.left, frame.right)
  const y = toScale(
    10 ** Math.floor(Math.log10(Math.min(...ys))),
    10 ** Math.ceil(Math.log10(Math.max(...ys) * 1.01)),
    frame.bottom,
    frame.top,
  )
  const parts = [
    ...y.powers.map((power) => drawLevel(y.place(power), `${formatCount(power)} ${unit}`)),
    ...[...new Set(xs)].map((at) => drawTick(x.place(at), formatCount(at))),
    ...(limit === undefined ? [] : [drawLimit(y.place(limit))]),
    ...lines.map(({ places }, index) =>
      drawLine(
        places.map((place) => ({ x: x.place(place.x), y: y.place(place.y) })),
        index,
      ),
    ),
    ...lines.map(({ label }, index) => drawLabel(label, index)),
  ]
  return drawPage({ title, caption, parts })
}

function toScale(min: number, max: number, from: number, to: number) {
  const [low, high] = [Math.log10(min), Math.log10(max)]
  const powers: number[] = []
  for (let power = Math.ceil(low); power <= Math.floor(high); power++) powers.push(10 ** power)
  return { powers, place: (value: number) => from + ((Math.log10(value) - low) / (high - low || 1)) * (to - from) }
}

function formatCount(value: number): string {
  return value >= 1e6 ? `${value / 1e6} M` : Number(value.toPrecision(3)).toLocaleString('en-US')
}

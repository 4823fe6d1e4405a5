/** A line of a plot: a figure at each number of points. */
export interface PlotLine {
  readonly label: string
  /** Ascending in x; both above 0. */
  readonly places: readonly { readonly x: number; readonly y: number }[]
}

export interface Plot {
  readonly title: string
  readonly unit: string
  readonly lines: readonly PlotLine[]
  /** A level that the lines are to stay below. */
  readonly limit?: number
}

const [width, height] = [720, 400]
const frame = { left: 64, right: 520, top: 48, bottom: 352 }

/** Told apart with any colour vision, on light and dark grounds (Okabe and Ito 2008). */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9', '#8c6bb1', '#c44e52']

/** A plot of figures over points as SVG, both axes logarithmic, legible on light and on dark pages. */
export function toSvg({ title, unit, lines, limit }: Plot): string {
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
    `<text x="${frame.left}" y="24" class="title">${escapeText(title)}</text>`,
    ...y.powers.map((power) => drawLevel(y.place(power), `${formatCount(power)} ${unit}`)),
    ...[...new Set(xs)].map(
      (at) => `<text x="${x.place(at)}" y="${frame.bottom + 20}" text-anchor="middle">${formatCount(at)}</text>`,
    ),
    `<text x="${(frame.left + frame.right) / 2}" y="${height - 8}" text-anchor="middle">points in the workspace</text>`,
    ...(limit === undefined ? [] : [`<path d="M${frame.left} ${y.place(limit)}H${frame.right}" class="limit"/>`]),
    ...lines.map(({ places }, index) => {
      const path = places.map((place) => `${round(x.place(place.x))} ${round(y.place(place.y))}`).join('L')
      return `<path d="M${path}" fill="none" stroke="${colorOf(index)}" stroke-width="2"/>`
    }),
    ...lines.map((line, index) => drawLabel(line.label, index)),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">
<style>
text { font: 12px system-ui, sans-serif; fill: #57606a }
.title { font-size: 15px; font-weight: 600; fill: #24292f }
.level { stroke: #8884; fill: none }
.limit { stroke: #cf222e; stroke-dasharray: 6 4; fill: none }
@media (prefers-color-scheme: dark) { text { fill: #9198a1 } .title { fill: #f0f6fc } .limit { stroke: #ff7b72 } }
</style>
${parts.join('\n')}
</svg>
`
}

function toScale(min: number, max: number, from: number, to: number) {
  const [low, high] = [Math.log10(min), Math.log10(max)]
  const powers: number[] = []
  for (let power = Math.ceil(low); power <= Math.floor(high); power++) powers.push(10 ** power)
  return { powers, place: (value: number) => from + ((Math.log10(value) - low) / (high - low || 1)) * (to - from) }
}

function drawLevel(y: number, label: string): string {
  return `<path d="M${frame.left} ${round(y)}H${frame.right}" class="level"/><text x="${frame.left - 8}" y="${round(y + 4)}" text-anchor="end">${label}</text>`
}

function drawLabel(label: string, index: number): string {
  const y = frame.top + 12 + index * 22
  return `<path d="M${frame.right + 16} ${y - 4}h20" stroke="${colorOf(index)}" stroke-width="3"/><text x="${frame.right + 42}" y="${y}">${escapeText(label)}</text>`
}

function colorOf(index: number): string {
  return colors[index % colors.length] ?? '#888888'
}

function formatCount(value: number): string {
  return value >= 1e6 ? `${value / 1e6} M` : Number(value.toPrecision(3)).toLocaleString('en-US')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

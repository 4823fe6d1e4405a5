const [width, height] = [720, 400]

/** Where the lines of a plot lie, in SVG units; right of it is room for their labels. */
export const frame = { left: 64, right: 520, top: 48, bottom: 352 } as const

/** Told apart with any colour vision, on light and dark grounds (Okabe and Ito 2008). */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9', '#8c6bb1', '#c44e52']

export interface PlotPage {
  readonly title: string
  /** Of the x axis. */
  readonly caption: string
  readonly parts: readonly string[]
}

/** A plot as an SVG file, legible on light and on dark pages. */
export function drawPage({ title, caption, parts }: PlotPage): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">
<style>
text { font: 12px system-ui, sans-serif; fill: #57606a }
.title { font-size: 15px; font-weight: 600; fill: #24292f }
.level { stroke: #8884; fill: none }
.limit { stroke: #cf222e; stroke-dasharray: 6 4; fill: none }
@media (prefers-color-scheme: dark) { text { fill: #9198a1 } .title { fill: #f0f6fc } .limit { stroke: #ff7b72 } }
</style>
<text x="${frame.left}" y="24" class="title">${escapeText(title)}</text>
${parts.join('\n')}
<text x="${(frame.left + frame.right) / 2}" y="${height - 8}" text-anchor="middle">${escapeText(caption)}</text>
</svg>
`
}

/** A level of the y axis with what it stands for. */
export function drawLevel(y: number, label: string): string {
  return `<path d="M${frame.left} ${round(y)}H${frame.right}" class="level"/><text x="${frame.left - 8}" y="${round(y + 4)}" text-anchor="end">${label}</text>`
}

/** The level that the lines are to stay below. */
export function drawLimit(y: number): string {
  return `<path d="M${frame.left} ${round(y)}H${frame.right}" class="limit"/>`
}

/** A place on the x axis. */
export function drawTick(x: number, label: string): string {
  return `<text x="${round(x)}" y="${frame.bottom + 20}" text-anchor="middle">${label}</text>`
}

/** @param index of the line in the plot, which gives it its colour */
export function drawLine(places: readonly { readonly x: number; readonly y: number }[], index: number): string {
  const path = places.map(({ x, y }) => `${round(x)} ${round(y)}`).join('L')
  return `<path d="M${path}" fill="none" stroke="${colorOf(index)}" stroke-width="2"/>`
}

/** What a line is, beside the plot. */
export function drawLabel(label: string, index: number): string {
  const y = frame.top + 12 + index * 22
  return `<path d="M${frame.right + 16} ${y - 4}h20" stroke="${colorOf(index)}" stroke-width="3"/><text x="${frame.right + 42}" y="${y}">${escapeText(label)}</text>`
}

function colorOf(index: number): string {
  return colors[index % colors.length] ?? '#888888'
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

import { escapeHtml } from '../../../src/base/escape-html.ts'
import type { ChartTheme } from '../../shared/chart/chart-theme.ts'
import { encodePng } from '../../shared/chart/encode-png.ts'
import { text } from '../../shared/texts.ts'
import type { ShownRun } from './curve-line.ts'

export type PictureFormat = 'png' | 'svg'

/** A chart at its place in the view, in CSS pixels. */
export interface PlacedChart {
  readonly title: string
  readonly left: number
  readonly top: number
  readonly width: number
  /** As the chart exports itself. */
  readonly svg: string
}

export interface ViewPicture {
  readonly title: string
  readonly charts: readonly PlacedChart[]
  readonly runs: readonly ShownRun[]
  /** CSS pixels. */
  readonly width: number
}

/** A drawing and its size in CSS pixels. */
export interface Drawing {
  readonly svg: string
  readonly width: number
  readonly height: number
}

const margin = 16
const headingHeight = 40
const titleHeight = 22
const runWidth = 180
const runHeight = 18
/** More names are not read from a picture. */
const mostRuns = 60

/** The charts of a view where they stand, and below them the names of their runs: equal views give equal bytes. */
export function composePicture({ title, charts, runs, width }: ViewPicture, theme: ChartTheme): Drawing {
  const placed = charts.map((chart, index) => ({ ...chart, ...readSize(chart.svg), index }))
  const bottom = Math.max(0, ...placed.map(({ top, height }) => top + titleHeight + height))
  const legend = drawRuns(runs, width, headingHeight + bottom + margin, theme)
  const size = { width: Math.ceil(width + 2 * margin), height: Math.ceil(legend.bottom + margin) }
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="${escapeHtml(theme.fontFamily)}" role="img">`,
    `<title>${escapeHtml(title)}</title>`,
    `<rect width="100%" height="100%" fill="${escapeHtml(theme.background)}"/>`,
    label(title, margin, 26, 16, theme.foreground),
    ...placed.flatMap(({ title, left, top, svg, index }) => [
      label(title, margin + left, headingHeight + top + 14, 12, theme.foreground),
      nest(svg, margin + left, headingHeight + top + titleHeight, `c${index}-`),
    ]),
    ...legend.elements,
    '</svg>',
  ]
  return { ...size, svg: `${lines.join('\n')}\n` }
}

function readSize(svg: string): { width: number; height: number } {
  const [, width = '0', height = '0'] = /^<svg [^>]*?width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? []
  return { width: Number(width), height: Number(height) }
}

/** A whole drawing inside another one, at a place of its own, its ids told apart from those of its neighbours. */
function nest(svg: string, x: number, y: number, prefix: string): string {
  return svg
    .trimEnd()
    .replace('<svg ', `<svg x="${round(x)}" y="${round(y)}" `)
    .replaceAll(/( id="|url\(#)/g, `$1${prefix}`)
}

function drawRuns(
  runs: readonly ShownRun[],
  width: number,
  top: number,
  theme: ChartTheme,
): { elements: readonly string[]; bottom: number } {
  const columns = Math.max(1, Math.floor(width / runWidth))
  const shown = runs.slice(0, mostRuns)
  const elements = shown.flatMap(({ name, color }, index) => {
    const [x, y] = [margin + (index % columns) * runWidth, top + Math.floor(index / columns) * runHeight]
    const short = [...name].length > 24 ? `${[...name].slice(0, 23).join('')}…` : name
    return [
      `<rect x="${x}" y="${y}" width="10" height="10" fill="${escapeHtml(color)}"/>`,
      label(short, x + 16, y + 9, 11, theme.text),
    ]
  })
  const bottom = top + Math.ceil(shown.length / columns) * runHeight
  if (runs.length === shown.length) return { elements, bottom }
  const more = text('charts.picture.more', { count: runs.length - shown.length })
  return { elements: [...elements, label(more, margin, bottom + 9, 11, theme.text)], bottom: bottom + runHeight }
}

function label(words: string, x: number, y: number, size: number, color: string): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${escapeHtml(color)}">${escapeHtml(words)}</text>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** The pixels of a drawing at the density of the screen. */
export async function toPng({ svg, width, height }: Drawing): Promise<Uint8Array> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const ratio = devicePixelRatio
    const canvas = new OffscreenCanvas(Math.ceil(width * ratio), Math.ceil(height * ratio))
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('No picture can be drawn.')
    context.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await encodePng(canvas)
  } finally {
    URL.revokeObjectURL(url)
  }
}

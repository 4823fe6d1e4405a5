import type { Locator } from 'playwright-core'

/** What of the page's canvases is asked for where it runs; the tests are compiled without the browser's types. */
interface Canvas {
  readonly width: number
  readonly height: number
  toDataURL(): string
  getContext(kind: '2d'): { getImageData(...box: number[]): { data: Uint8ClampedArray } }
}

/** The picture of a chart's data, to the byte. */
export function readPicture(chart: Locator): Promise<string> {
  return chart.locator('canvas.plot-data').evaluate((canvas) => (canvas as unknown as Canvas).toDataURL())
}

/**
 * The columns of pixels that are filled from 20 to 40 % of the height, where nothing but spikes reaches.
 *
 * @returns pixels from the left edge of the canvas, and its width
 */
export function findFilledColumns(
  chart: Locator,
): Promise<{ readonly width: number; readonly filled: readonly number[] }> {
  return chart.locator('canvas.plot-data').evaluate((element) => {
    const canvas = element as unknown as Canvas
    const height = Math.round(canvas.height * 0.2)
    const { data } = canvas.getContext('2d').getImageData(0, height, canvas.width, height)
    const isFilled = (x: number) =>
      Array.from({ length: height }, (_, y) => data[(y * canvas.width + x) * 4 + 3] ?? 0).every((alpha) => alpha > 60)
    return { width: canvas.width, filled: Array.from({ length: canvas.width }, (_, x) => x).filter(isFilled) }
  })
}

/** Where lines stand: the middles of columns that lie side by side. */
export function joinColumns(filled: readonly number[]): number[] {
  const lines: number[][] = []
  for (const column of filled) {
    const line = lines.at(-1)
    if (line !== undefined && column - (line.at(-1) ?? 0) <= 1) line.push(column)
    else lines.push([column])
  }
  return lines.map((line) => ((line[0] ?? 0) + (line.at(-1) ?? 0) + 1) / 2)
}

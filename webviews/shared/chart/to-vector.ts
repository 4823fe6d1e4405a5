import { escapeHtml } from '../../../src/base/escape-html.ts'
import type { PlotArea } from './plot-area.ts'
import { createSvgContext } from './svg-context.ts'

/**
 * What is drawn in an area, as SVG on the background of the theme.
 *
 * @param draw draws it once more, as it draws on the screen
 */
export function toVector(area: PlotArea, background: string, title: string, draw: () => void): Uint8Array {
  const { width, height } = area.axes.canvas
  const { ratio } = area.frame
  const axes = createSvgContext(area.axes, 'axes')
  const data = createSvgContext(area.data, 'data')
  area.drawElsewhere({ axes: axes.context, data: data.context }, draw)
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width / ratio}" height="${height / ratio}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeHtml(title)}</title>`,
    `<rect width="100%" height="100%" fill="${escapeHtml(background)}"/>`,
    axes.elements(),
    data.elements(),
    '</svg>',
  ]
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

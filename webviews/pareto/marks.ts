import type { PageModel } from '../../src/protocol/compression-page-messages.ts'
import { svg } from './svg.ts'

/** The form of a kind of model: each differs by more than its colour. */
export function drawMark(mark: PageModel['mark'], x: number, y: number): SVGElement {
  switch (mark) {
    case 'original':
      return svg('rect', { class: 'mark', x: x - 5.5, y: y - 5.5, width: 11, height: 11 })
    case 'recommended':
      return svg('path', { class: 'mark', d: toStar(x, y, 9) })
    case 'front':
      return svg('circle', { class: 'mark', cx: x, cy: y, r: 6 })
    case 'other':
      return svg('circle', { class: 'mark', cx: x, cy: y, r: 5 })
    case 'failed':
      return svg('path', { class: 'mark', d: `M${x - 4.5} ${y - 4.5}l9 9M${x - 4.5} ${y + 4.5}l9 -9` })
  }
}

function toStar(x: number, y: number, radius: number): string {
  const corners = Array.from({ length: 10 }, (_, index) => {
    const angle = (Math.PI / 5) * index - Math.PI / 2
    const reach = index % 2 === 0 ? radius : radius * 0.45
    return `${(x + Math.cos(angle) * reach).toFixed(1)} ${(y + Math.sin(angle) * reach).toFixed(1)}`
  })
  return `M${corners.join('L')}Z`
}

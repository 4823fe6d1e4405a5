import { onThemeChange } from '../../shared/chart/chart-theme.ts'

/** What lies on rows, by the property that holds it as an opaque colour. */
const tints = {
  '--row-hovered': '--vscode-list-hoverBackground',
  '--row-chosen': '--vscode-list-inactiveSelectionBackground',
} as const

/**
 * Keeps the colours of hovered and chosen rows on an element, opaque: those of high-contrast themes are translucent or
 * not there at all, and a pinned cell must hide what scrolls below it without being tinted a second time.
 */
export function keepRowColors(target: HTMLElement): void {
  const set = () => {
    const style = getComputedStyle(document.body)
    const ground = style.getPropertyValue('--vscode-editor-background')
    for (const [property, tint] of Object.entries(tints)) {
      target.style.setProperty(property, flatten(style.getPropertyValue(tint), ground))
    }
  }
  onThemeChange(set)
  set()
}

/** The opaque colour that a colour has on a ground. A colour that is none leaves the ground. */
function flatten(color: string, ground: string): string {
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  if (context === null) return ground
  context.fillStyle = ground
  context.fillRect(0, 0, 1, 1)
  context.fillStyle = 'transparent'
  context.fillStyle = color
  context.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
  return `rgb(${red} ${green} ${blue})`
}

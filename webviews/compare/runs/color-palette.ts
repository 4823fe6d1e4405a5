import { findInlineStep } from '../../shared/direction.ts'
import { button, element } from '../../shared/dom.ts'
import { type PopoverParts, showPopover } from '../../shared/popover.ts'
import { text } from '../../shared/texts.ts'

/**
 * Two rows of colours that are told apart on light and dark grounds.
 *
 * @see Okabe and Ito 2008, "Color universal design", and shades of the same
 */
const colors = [
  ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c6bb1', '#b8860b'],
  ['#2f8f8f', '#c44e52', '#7f7f7f', '#4c72b0', '#5a9e3a', '#d06ab5', '#b07d62', '#a0a000'],
].flat()

const perRow = 8

/** Lets the user give a run a colour; undefined takes it away again. */
export function showColorPalette(
  anchor: PopoverParts['anchor'],
  name: string,
  current: string | undefined,
  choose: (color: string | undefined) => void,
): void {
  const pick = (color: string | undefined) => () => {
    popover.close()
    choose(color)
  }
  const swatches = colors.map((color) => {
    const swatch = button('', pick(color), {
      class: 'palette-color',
      'aria-label': text('runs.colorChoice', { color }),
      'aria-pressed': String(color === current),
      title: color,
    })
    swatch.style.backgroundColor = color
    return swatch
  })
  const grid = element('div', { class: 'palette-colors' }, ...swatches)
  const reset = button(text('runs.defaultColor'), pick(undefined), { class: 'text-button' })
  const content = element(
    'div',
    { class: 'palette', role: 'dialog', 'aria-label': text('runs.palette', { name }) },
    grid,
    reset,
  )
  grid.addEventListener('keydown', ({ key }) => {
    const step = { ArrowDown: perRow, ArrowUp: -perRow }[key] ?? findInlineStep(key, grid)
    const place = swatches.findIndex((swatch) => swatch === document.activeElement)
    swatches[place + step]?.focus()
  })
  const popover = showPopover({ anchor, content })
  const selected = swatches.find((swatch) => swatch.getAttribute('aria-pressed') === 'true') ?? swatches[0]
  selected?.focus()
}

/** Red, green and blue, 0 … 255. */
export type Rgb = readonly [number, number, number]

/** Reads `#rgb`, `#rrggbb`, `#rrggbbaa` and `rgb(…)`; what shines through counts for nothing. Undefined for others. */
export function parseColor(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())?.[1]
  if (hex !== undefined) {
    const digits = hex.length < 6 ? [...hex].map((digit) => digit + digit).join('') : hex
    const part = (at: number) => Number.parseInt(digits.slice(at, at + 2), 16)
    return [part(0), part(2), part(4)]
  }
  const [, red, green, blue] = /^rgba?\(\s*(\d+)[ ,]+(\d+)[ ,]+(\d+)/.exec(text.trim()) ?? []
  return blue === undefined ? undefined : [Number(red), Number(green), Number(blue)]
}

/** @see WCAG 2.2, "relative luminance" */
function luminanceOf(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** From 1, none, to 21. @see WCAG 2.2, "contrast ratio" */
export function contrastOf(a: Rgb, b: Rgb): number {
  const [light = 0, dark = 0] = [luminanceOf(a), luminanceOf(b)].toSorted((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

/** As VS Code asks of the colours in its terminal, and WCAG of text. */
const enough = 4.5

/** A colour that can be read on a ground: itself, or made lighter or darker as far as it takes. */
export function makeReadable(color: Rgb, ground: Rgb): Rgb {
  const white: Rgb = [255, 255, 255]
  const black: Rgb = [0, 0, 0]
  const aim = contrastOf(white, ground) >= contrastOf(black, ground) ? white : black
  const mix = (share: number) => color.map((part, index) => Math.round(part + ((aim[index] ?? 0) - part) * share))
  for (let share = 0; share < 1; share += 0.05) {
    const [red = 0, green = 0, blue = 0] = mix(share)
    if (contrastOf([red, green, blue], ground) >= enough) return [red, green, blue]
  }
  return aim
}

export function toCss([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`
}

/** One of a theme's sixteen colours by its number, or a colour of its own in CSS's words. */
export type AnsiColor = number | string

export interface AnsiStyle {
  readonly foreground?: AnsiColor
  readonly background?: AnsiColor
  readonly isBold?: boolean
  readonly isDim?: boolean
  readonly isItalic?: boolean
  readonly isUnderlined?: boolean
  readonly isStruck?: boolean
  readonly isInverse?: boolean
}

export interface AnsiSpan {
  readonly text: string
  readonly style: AnsiStyle
}

const escape = String.fromCodePoint(27)
const bell = String.fromCodePoint(7)
/** A sequence that steers a terminal: with parameters and a final letter, a text up to a bell, or a letter alone. */
const sequences = new RegExp(
  `${escape}(?:\\[([0-?]*)[ -/]*([@-~])|\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?|[@-Z\\\\^_]?)`,
  'g',
)
/** What is left of control characters; a tab is text. */
const controls = /(?!\t)\p{Cc}/gu

/** A line without what steers a terminal. */
export function stripAnsi(line: string): string {
  return line.replaceAll(sequences, '').replaceAll(controls, '')
}

/** A line as stretches of one look each. */
export function parseAnsi(line: string): readonly AnsiSpan[] {
  const spans: AnsiSpan[] = []
  let style: AnsiStyle = {}
  let from = 0
  const take = (to: number) => {
    const text = line.slice(from, to).replaceAll(controls, '')
    if (text !== '') spans.push({ text, style })
  }
  for (const found of line.matchAll(sequences)) {
    take(found.index)
    from = found.index + found[0].length
    if (found[2] === 'm') style = applySgr(style, found[1] ?? '')
  }
  take(line.length)
  return spans
}

/**
 * The look after a sequence "select graphic rendition".
 *
 * @see ECMA-48 8.3.117, and xterm's control sequences for 38 and 48
 */
function applySgr(before: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map(Number)
  let style = before
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0
    if (code === 38 || code === 48) {
      const { color, length } = readColor(codes.slice(index + 1))
      index += length
      if (color !== undefined) style = { ...style, [code === 38 ? 'foreground' : 'background']: color }
    } else style = applyCode(style, code)
  }
  return style
}

function applyCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 }
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 82 }
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 }
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 }
  const next: { -readonly [Key in keyof AnsiStyle]: AnsiStyle[Key] } = { ...style }
  const changes: Readonly<Record<number, () => unknown>> = {
    1: () => (next.isBold = true),
    2: () => (next.isDim = true),
    3: () => (next.isItalic = true),
    4: () => (next.isUnderlined = true),
    7: () => (next.isInverse = true),
    9: () => (next.isStruck = true),
    22: () => delete next.isBold && delete next.isDim,
    23: () => delete next.isItalic,
    24: () => delete next.isUnderlined,
    27: () => delete next.isInverse,
    29: () => delete next.isStruck,
    39: () => delete next.foreground,
    49: () => delete next.background,
  }
  if (code === 0) return {}
  changes[code]?.()
  return next
}

/** Of the palette of 256, or by its three parts. `length`: how many parameters it took. */
function readColor([kind, ...values]: readonly number[]): { color?: AnsiColor; length: number } {
  if (kind === 5) return { color: findPaletteColor(values[0] ?? 0), length: 2 }
  if (kind !== 2) return { length: 0 }
  const [red = 0, green = 0, blue = 0] = values
  return { color: `rgb(${red}, ${green}, ${blue})`, length: 4 }
}

/** After the theme's sixteen a cube of 6 × 6 × 6, then 24 greys. */
function findPaletteColor(number: number): AnsiColor {
  if (number < 16) return number
  if (number >= 232) {
    const grey = 8 + 10 * (number - 232)
    return `rgb(${grey}, ${grey}, ${grey})`
  }
  const part = (unit: number) => {
    const step = Math.floor((number - 16) / unit) % 6
    return step === 0 ? 0 : 55 + 40 * step
  }
  return `rgb(${part(36)}, ${part(6)}, ${part(1)})`
}

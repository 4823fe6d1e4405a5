import type { AnsiColor, AnsiStyle } from './ansi.ts'
import { makeReadable, parseColor, type Rgb, toCss } from './contrast.ts'

const names = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const

/** Turns looks of a terminal into those of the page, in the colours that the theme gives terminals. */
export interface Ink {
  /** Gives an element the look. */
  apply(element: HTMLElement, style: AnsiStyle): void
}

/** @param of an element that the theme applies to; read once */
export function createInk(of: Element): Ink {
  const css = getComputedStyle(of)
  const read = (name: string, otherwise: Rgb) => parseColor(css.getPropertyValue(name)) ?? otherwise
  const ground = read('--vscode-editor-background', [255, 255, 255])
  const text = read('--vscode-editor-foreground', [0, 0, 0])
  const palette = ['', 'Bright'].flatMap((kind) =>
    names.map((name) => read(`--vscode-terminal-ansi${kind}${name}`, text)),
  )
  const colorOf = (color: AnsiColor) => (typeof color === 'number' ? palette[color] : parseColor(color)) ?? text
  const readable = new Map<string, string>()

  function toReadable(color: Rgb, on: Rgb): string {
    const key = `${String(color)} on ${String(on)}`
    const known = readable.get(key) ?? toCss(makeReadable(color, on))
    readable.set(key, known)
    return known
  }

  return {
    apply(element, { foreground, background, isInverse, isBold, isDim, isItalic, isUnderlined, isStruck }) {
      const [front, back] = isInverse === true ? [background, foreground] : [foreground, background]
      const backColor = back === undefined ? (isInverse === true ? text : undefined) : colorOf(back)
      const frontColor = front === undefined ? (isInverse === true ? ground : undefined) : colorOf(front)
      const on = backColor ?? ground
      if (backColor !== undefined) element.style.backgroundColor = toCss(backColor)
      if (frontColor !== undefined || backColor !== undefined) {
        element.style.color = toReadable(frontColor ?? text, on)
      } else if (isDim === true) element.style.color = 'var(--vscode-descriptionForeground)'
      if (isBold === true) element.style.fontWeight = 'bold'
      if (isItalic === true) element.style.fontStyle = 'italic'
      const lines = [isUnderlined === true ? 'underline' : '', isStruck === true ? 'line-through' : '']
      element.style.textDecoration = lines.join(' ').trim()
    },
  }
}

/** Browsers lay out nothing that is higher than some 33 million pixels; beyond this a pixel stands for more than one. */
const mostPixels = 10_000_000

/** Where lines of one height lie in a box that scrolls, in CSS pixels. */
export interface ScrollMap {
  /** Height of all lines, as the box is to believe. */
  readonly height: number
  /** The line at the top, with its hidden part as a fraction. */
  toLine(scrollTop: number): number
  /** Where to scroll for a line to be at the top. */
  toScroll(line: number): number
}

/** @param viewport height of the box */
export function createScrollMap(lineCount: number, rowSize: number, viewport: number): ScrollMap {
  const real = lineCount * rowSize
  const height = Math.min(real, mostPixels)
  const factor = height > viewport ? (real - viewport) / (height - viewport) : 1
  return {
    height,
    toLine: (scrollTop) => (scrollTop * factor) / rowSize,
    toScroll: (line) => Math.max(0, Math.min(height - viewport, (line * rowSize) / factor)),
  }
}

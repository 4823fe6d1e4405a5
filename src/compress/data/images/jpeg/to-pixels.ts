import type { Pixels } from '../pixels.ts'
import type { Component, Frame } from './frame.ts'

/** Brightness of each pixel of a component, row by row, with those that fill the last blocks up. */
interface Plane {
  readonly component: Component
  readonly rowLength: number
  readonly values: Uint8Array
}

/**
 * Pixels of the coefficients of all components. Between those of a component that has fewer of them, colours change
 * evenly.
 *
 * @param tables of quantization, by their numbers
 * @param isRgb whether components are red, green and blue, rather than brightness and two differences of colour
 */
export function toPixels(frame: Frame, tables: ReadonlyMap<number, Uint16Array>, isRgb: boolean): Pixels {
  const { width, height } = frame
  const rowsOf = frame.components.map((component) => readRows(toPlane(component, tables.get(component.table)), frame))
  const data = new Uint8ClampedArray(width * height * 3)
  const neutral = new Float32Array(width).fill(128)
  for (let y = 0, at = 0; y < height; y++) {
    const [first = neutral, second = neutral, third = neutral] = rowsOf.map((rowAt) => rowAt(y))
    for (let x = 0; x < width; x++, at += 3) {
      const [a, b, c] = [first[x] ?? 0, second[x] ?? 0, third[x] ?? 0]
      data[at] = isRgb ? a : a + 1.402 * (c - 128)
      data[at + 1] = isRgb ? b : a - 0.344136 * (b - 128) - 0.714136 * (c - 128)
      data[at + 2] = isRgb ? c : a + 1.772 * (b - 128)
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) }
}

/** Rows of a component in the size of the picture, each in the same array. */
function readRows({ component, rowLength, values }: Plane, frame: Frame): (y: number) => Float32Array {
  const { width, height, mostAcross, mostDown } = frame
  const row = new Float32Array(width)
  const columns = placesBetween(width, component.across / mostAcross)
  const lines = placesBetween(height, component.down / mostDown)
  return (y) => {
    const share = lines.shares[y] ?? 0
    const [above, below] = [(lines.lows[y] ?? 0) * rowLength, (lines.highs[y] ?? 0) * rowLength]
    for (let x = 0; x < width; x++) {
      const [low, high, own] = [columns.lows[x] ?? 0, columns.highs[x] ?? 0, columns.shares[x] ?? 0]
      const first = mix(values[above + low] ?? 0, values[above + high] ?? 0, own)
      row[x] = share === 0 ? first : mix(first, mix(values[below + low] ?? 0, values[below + high] ?? 0, own), share)
    }
    return row
  }
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share
}

/** Of each pixel the two that it lies between, by their middles, and how near it is to the second. */
function placesBetween(count: number, scale: number) {
  const last = Math.ceil(count * scale) - 1
  const places = Float64Array.from({ length: count }, (_, at) => Math.min(last, Math.max(0, (at + 0.5) * scale - 0.5)))
  const lows = Int32Array.from(places, Math.floor)
  return {
    lows,
    highs: lows.map((low) => Math.min(last, low + 1)),
    shares: places.map((place) => place - Math.floor(place)),
  }
}

function toPlane(component: Component, table: Uint16Array = new Uint16Array(64).fill(1)): Plane {
  const { blocksPerRow, blocksPerColumn, coefficients } = component
  const rowLength = blocksPerRow * 8
  const values = new Uint8ClampedArray(rowLength * blocksPerColumn * 8)
  const block = new Float32Array(64)
  for (let row = 0; row < blocksPerColumn; row++) {
    for (let column = 0; column < blocksPerRow; column++) {
      const start = (row * blocksPerRow + column) * 64
      for (let at = 0; at < 64; at++) block[at] = (coefficients[start + at] ?? 0) * (table[at] ?? 1)
      invert(block)
      for (let y = 0; y < 8; y++) {
        const target = (row * 8 + y) * rowLength + column * 8
        for (let x = 0; x < 8; x++) values[target + x] = (block[y * 8 + x] ?? 0) + 128
      }
    }
  }
  return { component, rowLength, values: new Uint8Array(values.buffer) }
}

/** By frequency and place: what a frequency of 1 adds at a place. */
const waves = Float32Array.from({ length: 64 }, (_, at) => {
  const [frequency, place] = [at >> 3, at & 7]
  return (frequency === 0 ? Math.SQRT1_2 : 1) * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16) * 0.5
})
const between = new Float32Array(64)

/** The inverse cosine transform, first of rows and then of columns, in place. */
function invert(block: Float32Array): void {
  between.fill(0)
  for (let at = 0; at < 64; at++) {
    const value = block[at] ?? 0
    // Most of them are.
    if (value === 0) continue
    const [row, frequency] = [at & ~7, at & 7]
    for (let x = 0; x < 8; x++) between[row + x] = (between[row + x] ?? 0) + value * (waves[frequency * 8 + x] ?? 0)
  }
  block.fill(0)
  for (let at = 0; at < 64; at++) {
    const value = between[at] ?? 0
    const [frequency, x] = [at >> 3, at & 7]
    for (let y = 0; y < 8; y++) block[y * 8 + x] = (block[y * 8 + x] ?? 0) + value * (waves[frequency * 8 + y] ?? 0)
  }
}

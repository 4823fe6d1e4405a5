const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/**
 * Draws values as one block character each, scaled so that the least is the lowest bar and the greatest the highest. A
 * constant series is a middle line; a value that is not finite leaves a gap. Fewer than two values draw nothing.
 */
export function drawSparkline(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite)
  if (values.length < 2 || finite.length === 0) return ''
  const low = finite.reduce((least, value) => Math.min(least, value))
  const high = finite.reduce((greatest, value) => Math.max(greatest, value))
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return ' '
      // Halved before subtracting, so that the range of two huge values stays finite.
      const level = high === low ? 0.5 : (value / 2 - low / 2) / (high / 2 - low / 2)
      return bars[Math.min(bars.length - 1, Math.floor(level * bars.length))] ?? bars[0]
    })
    .join('')
}

/**
 * Adds the newest value to a sampled series. Once it has grown to twice `points`, every second value goes, so a long
 * run's line keeps its shape in bounded space.
 */
export function appendSample(values: readonly number[], value: number, points: number): readonly number[] {
  const grown = [...values, value]
  return grown.length <= points * 2 ? grown : grown.filter((_, index) => index % 2 === (grown.length - 1) % 2)
}

/** The values that an axis shows; `min` lies below `max`, and above 0 on a logarithmic axis. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** How values become positions on an axis, and back. */
export interface Scale extends Range {
  readonly isLog: boolean
  /** Not finite for what a logarithmic axis cannot show. */
  toPixel(value: number): number
  toValue(pixel: number): number
}

/** @param start, end where `min` and `max` lie, in pixels; `end` may lie before `start` */
export function createScale({ min, max }: Range, isLog: boolean, start: number, end: number): Scale {
  const low = isLog ? Math.log(min) : min
  const factor = (end - start) / ((isLog ? Math.log(max) : max) - low)
  return {
    min,
    max,
    isLog,
    toPixel: isLog ? (value) => start + (Math.log(value) - low) * factor : (value) => start + (value - low) * factor,
    toValue(pixel) {
      const place = low + (pixel - start) / factor
      return isLog ? Math.exp(place) : place
    },
  }
}

/** Makes room around what an axis shows, so that no line runs along its edge; a single value gets some, too. */
export function padRange({ min, max }: Range, isLog: boolean, share: number): Range {
  if (isLog) {
    const factor = min === max ? 2 : (max / min) ** share
    return { min: min / factor, max: max * factor }
  }
  const room = min === max ? Math.abs(min) * 0.1 || 1 : (max - min) * share
  return { min: min - room, max: max + room }
}

import { roundToEven } from '../matrices/quantize-symmetric.ts'

/** An activation as unsigned integers: `scale * (value - zeroPoint)`. */
export interface ActivationScale {
  readonly scale: number
  /** From 0 to 255. */
  readonly zeroPoint: number
}

/** Smallest normal float32. */
const tiny = 2 ** -126

/**
 * The scale by which a range that holds 0 has all 256 levels; 1 for a range that is too small for one, that of zeros for
 * example. By the formulas of ONNX Runtime's own quantizer.
 */
export function scaleActivation({ min, max }: { readonly min: number; readonly max: number }): ActivationScale {
  const [least, most] = [Math.fround(Math.min(min, 0)), Math.fround(Math.max(max, 0))]
  const scale = Math.fround(most - least) / 255
  if (scale < tiny) return { scale: 1, zeroPoint: 0 }
  return { scale: Math.fround(scale), zeroPoint: clamp(roundToEven(-least / scale), 0, 255) }
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

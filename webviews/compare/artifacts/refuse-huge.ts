import { imageHeaderBytes, maxDrawnPixels, readImageHeader } from '../../../src/base/image-header.ts'
import { RunwrightError } from '../../../src/protocol/errors.ts'
import { text } from '../../shared/texts.ts'

/**
 * Few bytes of an image can stand for more pixels than there is memory for.
 *
 * @throws INVALID_PARAMETER_VALUE
 */
export function refuseHuge(bytes: Uint8Array): void {
  const { format, width, height } = readImageHeader(bytes.subarray(0, imageHeaderBytes)) ?? {}
  // An SVG is drawn as large as there is room.
  if (format === 'svg' || (width ?? 0) * (height ?? 0) <= maxDrawnPixels) return
  const size = { width: width ?? 0, height: height ?? 0 }
  throw new RunwrightError('INVALID_PARAMETER_VALUE', text('artifacts.tooManyPixels', size))
}

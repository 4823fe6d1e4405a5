import { RunwrightError } from '../../../protocol/errors.ts'

/** A decoded picture. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** 0 to 255, [height, width, 3]: red, green and blue. */
  readonly data: Uint8Array
}

/** Of a picture, before anything is kept for it: 32 million take 100 MB, and 200 more while they are decoded. */
const mostPixels = 2 ** 25

/**
 * @param name of the file, in errors
 * @throws BAD_REQUEST for a picture that has none, or too many
 */
export function checkPixels(width: number, height: number, name: string): void {
  if (width >= 1 && height >= 1 && width * height <= mostPixels) return
  throw new RunwrightError('BAD_REQUEST', `${name} is ${width} × ${height}: a picture has 1 to ${mostPixels} pixels.`)
}

export function damaged(name: string, what: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `${name} is damaged: ${what}.`)
}

import { crc32 } from 'node:zlib'

/**
 * A record as bytes: `u32` its length, `u32` the CRC-32 of its body, both little-endian, then the body. What a process
 * that was killed, or a machine that lost its power, has written of it in part fails one of the two.
 */
const headBytes = 8

export function encodeFrame(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headBytes + body.length)
  const head = new DataView(frame.buffer)
  head.setUint32(0, body.length, true)
  head.setUint32(4, crc32(body), true)
  frame.set(body, headBytes)
  return frame
}

export interface DecodedFrames {
  readonly frames: readonly { readonly body: Uint8Array; readonly end: number }[]
  /** Of all whole frames, from the start of the bytes. */
  readonly sizeBytes: number
  /** What the next frame takes, where enough is there to know it: the rest may not be written or read yet. */
  readonly nextFrameBytes: number | undefined
}

/** All whole frames at the start of bytes. It ends at the first that is not whole. */
export function decodeFrames(bytes: Uint8Array): DecodedFrames {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: { body: Uint8Array; end: number }[] = []
  let at = 0
  while (at + headBytes <= bytes.length) {
    const bodyBytes = view.getUint32(at, true)
    // No record is empty; zeros are what a machine without power has left.
    if (bodyBytes === 0) break
    const end = at + headBytes + bodyBytes
    if (end > bytes.length) return { frames, sizeBytes: at, nextFrameBytes: end - at }
    const body = bytes.subarray(at + headBytes, end)
    if (crc32(body) !== view.getUint32(at + 4, true)) break
    frames.push({ body, end })
    at = end
  }
  return { frames, sizeBytes: at, nextFrameBytes: undefined }
}

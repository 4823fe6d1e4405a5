import { type FileHandle, open } from 'node:fs/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import { maskedCrc32c } from './crc32c.ts'

/** A record that is longer holds a graph or a picture, and is passed over. */
const maxRecordBytes = 16 * 1024 * 1024

const bufferBytes = 256 * 1024
const headerBytes = 12

/**
 * The records of a TFRecord file: u64 length, masked CRC-32C of that, the bytes, masked CRC-32C of these. One that is not
 * written to its end yet ends the file.
 *
 * @throws INVALID_PARAMETER_VALUE naming the byte from which on the file is damaged
 */
export async function* readTfRecords(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path, 'r')
  const read = createReader(file)
  for (let position = 0; ;) {
    const header = await read(position, headerBytes)
    if (header === undefined) return
    const view = new DataView(header.buffer, header.byteOffset, headerBytes)
    if (view.getUint32(8, true) !== maskedCrc32c(header.subarray(0, 8))) throw createDamaged(path, position)
    const length = Number(view.getBigUint64(0, true))
    if (!Number.isSafeInteger(length)) throw createDamaged(path, position)
    const start = position + headerBytes
    position = start + length + 4
    if (length > maxRecordBytes) continue
    const bytes = await read(start, length + 4)
    if (bytes === undefined) return
    const record = bytes.subarray(0, length)
    const sum = new DataView(bytes.buffer, bytes.byteOffset + length, 4).getUint32(0, true)
    if (sum !== maskedCrc32c(record)) throw createDamaged(path, start - headerBytes)
    yield record
  }
}

/** Reads stretches that follow each other, in few calls; undefined where the file ends before. */
function createReader(file: FileHandle) {
  let buffer = Buffer.alloc(0)
  let start = 0
  return async (position: number, length: number): Promise<Uint8Array | undefined> => {
    if (position < start || position + length > start + buffer.length) {
      const next = Buffer.allocUnsafe(Math.max(bufferBytes, length))
      let filled = 0
      while (filled < next.length) {
        const { bytesRead } = await file.read(next, filled, next.length - filled, position + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      buffer = next.subarray(0, filled)
      start = position
      if (filled < length) return undefined
    }
    return buffer.subarray(position - start, position - start + length)
  }
}

function createDamaged(path: string, position: number): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is damaged from byte ${position} on`)
}

import type { FileHandle } from 'node:fs/promises'
import { RunwrightError } from '../../protocol/errors.ts'

/** @throws BAD_REQUEST when the file ends before */
export async function readExactly(file: FileHandle, offset: number, length: number, name: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done)
    if (bytesRead === 0) throw new RunwrightError('BAD_REQUEST', `${name} is cut off.`, { hint: 'Is it complete?' })
    done += bytesRead
  }
  return buffer
}

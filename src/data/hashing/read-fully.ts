import { readSync } from 'node:fs'

/** Reads from where the file stands. @returns how many bytes there were, at most `length` */
export function readFully(fd: number, into: Buffer, length: number): number {
  let filled = 0
  while (filled < length) {
    const count = readSync(fd, into, filled, length - filled, null)
    if (count === 0) break
    filled += count
  }
  return filled
}

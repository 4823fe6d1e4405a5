/** Rows that are taken over at once take more memory than they may. */
export class OutOfRoom extends Error {}

/** Counts what the values take that are in memory as JavaScript has them: a small file can stand for large ones. */
export interface Room {
  /** Bytes, roughly. */
  readonly used: number
  /** @throws OutOfRoom */
  take(bytes: number): void
  empty(): void
}

export function createRoom(maxBytes: number): Room {
  let used = 0
  return {
    get used() {
      return used
    },
    take(bytes) {
      used += bytes
      if (used > maxBytes) throw new OutOfRoom()
    },
    empty() {
      used = 0
    },
  }
}

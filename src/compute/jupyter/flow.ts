import { pieceBytes, windowBytes } from './agent-text.ts'

/** What goes to the other side of a stream, at most a window of it unread. */
export interface Outflow {
  /** Resolves once there is room for more. @throws the reason of `close` */
  write(bytes: Uint8Array): Promise<void>
  /** The other side has taken so many bytes. */
  free(size: number): void
  close(reason: Error): void
}

export function createOutflow(send: (bytes: string) => void): Outflow {
  const state: { room: number; closed?: Error } = { room: windowBytes }
  let wake = () => {}
  return {
    async write(bytes) {
      for (let start = 0; start < bytes.length; start += pieceBytes) {
        while (state.room <= 0 && state.closed === undefined) await new Promise<void>((resolve) => (wake = resolve))
        if (state.closed !== undefined) throw state.closed
        const piece = bytes.subarray(start, start + pieceBytes)
        state.room -= piece.length
        send(Buffer.from(piece).toString('base64'))
      }
    },
    free(size) {
      state.room += size
      wake()
    },
    close(reason) {
      state.closed = reason
      wake()
    },
  }
}

/** Counts what was taken of a stream, and says so by and by: a message for each piece would be as many again. */
export function createIntake(acknowledge: (size: number) => void): (size: number) => void {
  let owed = 0
  return (size) => {
    owed += size
    if (owed <= windowBytes / 4) return
    acknowledge(owed)
    owed = 0
  }
}

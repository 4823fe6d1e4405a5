import { codeOf } from './store-object.ts'
import { throwIfCancelledShared, type SharedProgress } from './shared-progress.ts'

/**
 * A few chunks of memory by which one thread hands the bytes of a large file to another as it reads them: each computes
 * its own hash, so that the slower one alone takes time.
 */
export interface SharedRing {
  readonly control: Int32Array<SharedArrayBuffer>
  readonly chunks: SharedArrayBuffer
  /** What the second thread says in the end: a SHA-256 in hex, or what went wrong. */
  readonly words: Uint8Array<SharedArrayBuffer>
}

const slots = 8
export const ringChunkBytes = 1 << 18

/** Places in `control`; lengths of the chunks follow them. */
const produced = 0
const consumed = 1
const state = 2
const wordsLength = 3
const lengths = 4

const states = { reading: 0, ended: 1, done: 2, failed: 3 } as const

/** After this long a thread looks whether it is cancelled. */
const patienceMs = 100

export function createSharedRing(): SharedRing {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * (lengths + slots))),
    chunks: new SharedArrayBuffer(slots * ringChunkBytes),
    words: new Uint8Array(new SharedArrayBuffer(4096)),
  }
}

/** The first thread's side: fills chunk after chunk. */
export interface RingProducer {
  /**
   * @param fill puts bytes into the chunk and gives their number, 0 at the end
   * @returns the chunk, which stays until the next call; undefined at the end
   */
  next(fill: (chunk: Buffer) => number): Buffer | undefined
  /** Waits for the other thread to end. @throws {Error} with what went wrong there */
  finish(): string
  /** Makes the other thread give up. */
  abandon(): void
}

export function openProducer({ control, chunks, words }: SharedRing, shared: SharedProgress): RingProducer {
  const check = () => {
    throwIfCancelledShared(shared)
    if (Atomics.load(control, state) === states.failed) throw readError(readWords(control, words))
  }
  return {
    next(fill) {
      const number = Atomics.load(control, produced)
      for (;;) {
        check()
        const taken = Atomics.load(control, consumed)
        if (number - taken < slots) break
        Atomics.wait(control, consumed, taken, patienceMs)
      }
      const chunk = Buffer.from(chunks, (number % slots) * ringChunkBytes, ringChunkBytes)
      const length = fill(chunk)
      if (length === 0) return undefined
      control[lengths + (number % slots)] = length
      Atomics.store(control, produced, number + 1)
      Atomics.notify(control, produced)
      return chunk.subarray(0, length)
    },
    finish() {
      Atomics.compareExchange(control, state, states.reading, states.ended)
      Atomics.notify(control, produced)
      for (;;) {
        check()
        if (Atomics.load(control, state) === states.done) return readWords(control, words)
        Atomics.wait(control, state, states.ended, patienceMs)
      }
    },
    abandon: () => fail(control, words, new Error('It was given up.')),
  }
}

/**
 * The second thread's side.
 *
 * @param take is given each chunk in turn
 * @param finish gives what is told to the first thread
 * @throws what these throw, after it has told the first thread, which is also told when it is cancelled
 */
export function consumeRing(
  { control, chunks, words }: SharedRing,
  shared: SharedProgress,
  take: (chunk: Buffer) => void,
  finish: () => string,
): void {
  try {
    for (let number = 0; ;) {
      throwIfCancelledShared(shared)
      const there = Atomics.load(control, produced)
      if (Atomics.load(control, state) === states.failed) throw new Error('It was given up.')
      if (number < there) {
        const length = control[lengths + (number % slots)] ?? 0
        take(Buffer.from(chunks, (number % slots) * ringChunkBytes, length))
        Atomics.store(control, consumed, ++number)
        Atomics.notify(control, consumed)
      } else if (Atomics.load(control, state) === states.ended && Atomics.load(control, produced) === number) break
      else Atomics.wait(control, produced, there, patienceMs)
    }
    writeWords(control, words, finish())
    Atomics.store(control, state, states.done)
    Atomics.notify(control, state)
  } catch (error) {
    fail(control, words, error)
    throw error
  }
}

function fail(control: SharedRing['control'], words: Uint8Array, error: unknown): void {
  writeWords(control, words, JSON.stringify([codeOf(error), error instanceof Error ? error.message : String(error)]))
  Atomics.store(control, state, states.failed)
  for (const place of [produced, consumed, state]) Atomics.notify(control, place)
}

function readError(words: string): Error {
  // SAFETY: fail wrote it.
  const [code, message] = JSON.parse(words) as [string, string]
  return Object.assign(new Error(message), { code })
}

function writeWords(control: SharedRing['control'], words: Uint8Array, text: string): void {
  const bytes = Buffer.from(text).subarray(0, words.length)
  words.set(bytes)
  control[wordsLength] = bytes.length
}

function readWords(control: SharedRing['control'], words: Uint8Array): string {
  return Buffer.from(words.slice(0, control[wordsLength])).toString()
}

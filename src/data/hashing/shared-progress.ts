import { RunwrightError } from '../../protocol/errors.ts'

/** Memory that the main thread and those that hash have in common. */
export type SharedProgress = Int32Array<SharedArrayBuffer>

const cancelSlot = 0
const kibibytesSlot = 1

export function createSharedProgress(): SharedProgress {
  return new Int32Array(new SharedArrayBuffer(8))
}

export function cancelShared(shared: SharedProgress): void {
  Atomics.store(shared, cancelSlot, 1)
}

/** @throws CANCELLED once the main thread has said so */
export function throwIfCancelledShared(shared: SharedProgress): void {
  if (Atomics.load(shared, cancelSlot) === 1) throw new RunwrightError('CANCELLED', 'Cancelled.')
}

export function addSharedBytes(shared: SharedProgress, bytes: number): void {
  Atomics.add(shared, kibibytesSlot, Math.round(bytes / 1024))
}

/** Bytes that were hashed so far, by all threads together, to the nearest kibibyte a file. */
export function readSharedBytes(shared: SharedProgress): number {
  return Atomics.load(shared, kibibytesSlot) * 1024
}

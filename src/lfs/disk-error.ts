import { RunwrightError } from '../protocol/errors.ts'

/** What a disk says when it takes no more, as an error that tells what to do. */
export function toDiskError(cause: unknown, what: string): RunwrightError {
  if (cause instanceof RunwrightError) return cause
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new RunwrightError('STORAGE_FULL', `The disk is full: ${what} could not be written.`, {
      hint: 'Make room and run it again; it goes on where it was.',
      cause,
    })
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RunwrightError('STORAGE_READ_ONLY', `${what} could not be written: ${reason}.`, {
    hint: 'See who owns the folder, and whether the disk is mounted for reading only.',
    cause,
  })
}

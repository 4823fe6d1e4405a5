import { RunwrightError } from '../protocol/errors.ts'

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const readOnly = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'EISDIR'])

/** Says in words what the system's error code means for a file of ours; anything else is passed through. */
export function toStorageError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (full.has(code)) {
    return new RunwrightError('STORAGE_FULL', `There is no space left to write ${path}.`, {
      hint: 'Free space on that disk, then try again; what was stored before is untouched.',
      cause: error,
    })
  }
  if (readOnly.has(code)) {
    return new RunwrightError('STORAGE_READ_ONLY', `${path} cannot be written (${code}).`, {
      hint: 'Give your user write access to that folder, or open the workspace from a place that can be written.',
      cause: error,
    })
  }
  return error
}

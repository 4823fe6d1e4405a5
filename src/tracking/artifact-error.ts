import { RunwrightError } from '../protocol/errors.ts'

/** What the system called it, such as `ENOENT`. */
export function getSystemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Says in words what the system refused for an artifact; anything unknown is passed through. */
export function toArtifactError(error: unknown, path: string): unknown {
  switch (getSystemErrorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new RunwrightError('STORAGE_FULL', `There is no space left for the artifact '${path}'.`, {
        hint: 'Free space on that disk and send it again; nothing of it was kept.',
        cause: error,
      })
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new RunwrightError('STORAGE_READ_ONLY', `The artifact folder cannot be written for '${path}'.`, {
        hint: 'Give your user write access to the artifacts folder.',
        cause: error,
      })
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new RunwrightError(
        'INVALID_PARAMETER_VALUE',
        `'${path}' is in the way: a file where a folder is needed, or the other way round.`,
        {
          hint: 'Choose another artifact path, or delete what is there.',
          cause: error,
        },
      )
    case 'ENAMETOOLONG':
      return new RunwrightError('INVALID_PARAMETER_VALUE', `The path '${path}' is too long.`, { cause: error })
    default:
      return error
  }
}

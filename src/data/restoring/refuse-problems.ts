import { RunwrightError } from '../../protocol/errors.ts'
import type { NamedPaths, Problems } from './plan.ts'

/** @throws for the gravest of the problems, naming the files */
export function refuseProblems({ edited, damaged, missing, unsaved }: Problems): void {
  if (edited.count > 0) {
    throw new RunwrightError(
      'STORAGE_DAMAGED',
      `Changed through a hard link, and the cache’s object with it: ${name(edited)}.`,
      {
        hint: '"runwright data commit" keeps the change as a new version; "runwright data fetch" brings the object again.',
      },
    )
  }
  if (damaged.count > 0) {
    throw new RunwrightError('STORAGE_DAMAGED', `The cache’s objects are damaged: ${name(damaged)}.`, {
      hint: 'Nothing was changed. "runwright data verify" finds all damage; "runwright data fetch" brings objects again.',
    })
  }
  if (missing.count > 0) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Not in the cache: ${name(missing)}.`, {
      hint: 'Nothing was changed. "runwright data pull" brings it from a remote.',
    })
  }
  if (unsaved.count > 0) {
    throw new RunwrightError('RESOURCE_CONFLICT', `In no cache, and would be lost: ${name(unsaved)}.`, {
      hint: 'Nothing was changed. "runwright data commit" or "add" keeps them; --force gives them up.',
    })
  }
}

function name({ count, first }: NamedPaths): string {
  const shown = first.join(', ')
  return count > first.length ? `${shown} and ${count - first.length} more` : shown
}

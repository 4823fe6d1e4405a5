import { RunwrightError } from '../../protocol/errors.ts'
import { parseJobId } from '../../protocol/jobs.ts'
import type { AttemptKey, JobHandle } from '../target.ts'

/** Whether a name is one of ours: a job id, a hyphen and the attempt's number. Such a name is safe as one word anywhere. */
export function isAttemptKey(text: string): text is AttemptKey {
  const [id = '', number = '', ...rest] = text.split('-')
  return rest.length === 0 && /^[1-9]\d{0,5}$/.test(number) && parseJobId(id) !== undefined
}

/** The job of an attempt; all its attempts have the same. */
export function jobOf(key: AttemptKey): string {
  return key.slice(0, key.lastIndexOf('-'))
}

/**
 * Of targets whose handle is the key; nothing else may name a folder.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a handle that is none of ours, which is known to nobody
 */
export function keyOf(handle: JobHandle): AttemptKey {
  if (isAttemptKey(handle)) return handle
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `"${handle}" is no attempt of a job.`)
}

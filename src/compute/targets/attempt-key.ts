import { parseJobId } from '../../protocol/jobs.ts'
import type { AttemptKey } from '../target.ts'

/** Whether a name is one of ours: a job id, a hyphen and the attempt's number. Such a name is safe as one word anywhere. */
export function isAttemptKey(text: string): text is AttemptKey {
  const [id = '', number = '', ...rest] = text.split('-')
  return rest.length === 0 && /^[1-9]\d{0,5}$/.test(number) && parseJobId(id) !== undefined
}

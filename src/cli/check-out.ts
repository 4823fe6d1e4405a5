import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'

/**
 * Looks at once for what else would be seen when all is done.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is no folder for the file; INVALID_PARAMETER_VALUE when it is the model
 */
export async function checkOut(out: string, model: string): Promise<void> {
  const folder = await stat(dirname(out)).catch(() => undefined)
  if (folder?.isDirectory() !== true) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no folder ${dirname(out)} to write to.`)
  }
  if (out !== model) return
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${out} is the model itself.`, {
    hint: 'Write to a file of another name.',
  })
}

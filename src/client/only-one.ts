import { RunwrightError } from '../protocol/errors.ts'

/**
 * The only thing that a person's word fits.
 *
 * @param what as people call it: `run`
 * @param list how to see which there are, as a sentence
 * @throws RESOURCE_DOES_NOT_EXIST when there is none, INVALID_PARAMETER_VALUE when there are several
 */
export function onlyOne<T>(what: string, text: string, found: readonly T[], idOf: (one: T) => string, list: string): T {
  const [one, ...others] = found
  if (one === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no ${what} "${text}".`, { hint: list })
  }
  if (others.length > 0) {
    const ids = found.slice(0, 5).map(idOf)
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `"${text}" fits ${found.length} ${what}s.`, {
      hint: `Name one by its id: ${ids.join(', ')}${found.length > ids.length ? ', …' : ''}.`,
    })
  }
  return one
}

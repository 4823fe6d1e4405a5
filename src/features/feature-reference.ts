import { RunwrightError } from '../protocol/errors.ts'

/** Features that are wanted of one set. */
export interface FeatureReference {
  readonly featureSet: string
  /** All of them where it is undefined. */
  readonly features: readonly string[] | undefined
}

/**
 * Reads `user_stats` or `user_stats:clicks,views`. Several of one set are taken together.
 *
 * @throws INVALID_PARAMETER_VALUE
 */
export function parseFeatureReferences(words: readonly string[]): readonly FeatureReference[] {
  const sets = new Map<string, readonly string[] | undefined>()
  for (const word of words) {
    const colon = word.indexOf(':')
    const featureSet = colon === -1 ? word : word.slice(0, colon)
    const features = colon === -1 ? undefined : word.slice(colon + 1).split(',')
    if (featureSet === '' || features?.includes('') === true) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `"${word}" names no features.`, {
        hint: 'Write SET for all features of a set, SET:FEATURE or SET:FEATURE,FEATURE for some.',
      })
    }
    const earlier = sets.has(featureSet) ? sets.get(featureSet) : []
    const all = earlier === undefined || features === undefined
    sets.set(featureSet, all ? undefined : [...new Set([...earlier, ...features])])
  }
  return [...sets].map(([featureSet, features]) => ({ featureSet, features }))
}

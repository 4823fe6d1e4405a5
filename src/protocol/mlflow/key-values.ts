import type { Param, Tag } from '../runs.ts'
import { invalid, message, required, text, withDefault } from './fields.ts'
import { checkKey, checkLength, limits, truncate } from './names.ts'

/** `{ key, value }`, the shape of params and of every kind of tag. */
export const keyValue = message({ key: required(text), value: withDefault(text, '') }).nested

/** A param as it is stored: an over-long value is cut off. `prefix` is such as `params[3].`. */
export function toParam({ key, value }: Param, prefix = ''): Param {
  checkKey(key, `${prefix}key`, 'Param key')
  return { key, value: truncate(value, limits.paramValue) }
}

/** A run's tag as it is stored: an over-long value is cut off. */
export function toRunTag({ key, value }: Tag, prefix = ''): Tag {
  checkKey(key, `${prefix}key`)
  return { key, value: truncate(value, limits.runTagValue) }
}

export function toExperimentTag({ key, value }: Tag): Tag {
  checkKey(key, 'key')
  checkLength(value, limits.experimentTagValue, 'value')
  return { key, value }
}

/** A tag of a registered model or of a version. */
export function toRegistryTag({ key, value }: Tag): Tag {
  checkKey(key, 'key')
  checkLength(value, limits.registryTagValue, 'value')
  return { key, value }
}

/** @throws INVALID_PARAMETER_VALUE when two params have one key */
export function checkParamKeysUnique(params: readonly Param[]): void {
  const seen = new Set<string>()
  const repeated = params.filter(({ key }) => seen.size === seen.add(key).size)
  if (repeated.length > 0) {
    throw invalid(
      `Duplicate parameter keys have been submitted: [${repeated.map(({ key }) => `'${key}'`).join(', ')}]. ` +
        'Please ensure the request contains only one param value per param key.',
    )
  }
}

import { isRecord } from './json.ts'
import { type Parser, refuse } from './parse.ts'

/**
 * An object of these fields and no others: in a file that people write, a name that is misspelt would do nothing.
 *
 * @param what the object is, for errors
 */
export function knownFields(names: readonly string[], what: string): Parser<Readonly<Record<string, unknown>>> {
  return (value, path) => {
    if (!isRecord(value)) return refuse(value, path, `expected ${what}`)
    const unknown = Object.keys(value).find((name) => !names.includes(name))
    if (unknown === undefined) return value
    return refuse(unknown, `${path}.${unknown}`, `expected one of ${names.join(', ')}`)
  }
}

import { RunwrightError } from '../protocol/errors.ts'

/** An option of a pass. */
export type OptionDefinition =
  | { readonly type: 'boolean'; readonly summary: string; readonly default: boolean }
  | { readonly type: 'choice'; readonly summary: string; readonly default: string; readonly choices: readonly string[] }
  | {
      readonly type: 'integer' | 'number'
      readonly summary: string
      readonly default: number
      readonly min: number
      readonly max: number
    }

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>

type OptionValue<Definition extends OptionDefinition> = Definition extends { type: 'boolean' }
  ? boolean
  : Definition extends { type: 'choice'; choices: readonly (infer Choice)[] }
    ? Choice
    : number

export type OptionValues<Definitions extends OptionDefinitions> = {
  readonly [Name in keyof Definitions]: OptionValue<Definitions[Name]>
}

/**
 * What was given, and the defaults of the others.
 *
 * @param about names the pass in errors
 * @throws INVALID_PARAMETER_VALUE for an option that the pass does not have, or a value that is none of its
 */
export function readOptions<const Definitions extends OptionDefinitions>(
  about: string,
  definitions: Definitions,
  given: Readonly<Record<string, unknown>>,
): OptionValues<Definitions> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(definitions, name))
  if (unknown !== undefined) {
    const names = Object.keys(definitions).join(', ') || 'none'
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${about} has no option “${unknown}”.`, {
      hint: `It has: ${names}.`,
    })
  }
  const values = Object.entries(definitions).map(([name, definition]) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined) return [name, definition.default]
    const wrong = findProblem(definition, value)
    if (wrong === undefined) return [name, value]
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The option “${name}” of ${about} must be ${wrong}.`)
  })
  // SAFETY: each definition has a value that was checked against it, or its default.
  return Object.fromEntries(values) as OptionValues<Definitions>
}

/** What a value must be, when it is not. */
function findProblem(definition: OptionDefinition, value: unknown): string | undefined {
  switch (definition.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'choice':
      return definition.choices.some((choice) => choice === value)
        ? undefined
        : `one of ${definition.choices.join(', ')}`
    case 'integer':
    case 'number': {
      const { min, max, type } = definition
      const isNumber = typeof value === 'number' && (type === 'number' || Number.isInteger(value))
      return isNumber && value >= min && value <= max
        ? undefined
        : `${type === 'integer' ? 'an integer' : 'a number'} from ${min} to ${max}`
    }
  }
}

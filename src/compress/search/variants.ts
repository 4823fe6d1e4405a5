import type { OptionDefinitions } from '../pass-options.ts'

/**
 * Settings that make a pass more exact, by the names that options have in common in all passes, the most promising first:
 * other ways to choose the range of an activation, a scale for fewer weights, weights that cannot overflow, and less that
 * is taken away.
 */
const moreExact: readonly (readonly [option: string, values: readonly unknown[]])[] = [
  ['perChannel', [true]],
  ['method', ['mse', 'percentile', 'entropy']],
  ['blockSize', ['32']],
  ['embeddingBits', ['8']],
  ['symmetric', [false]],
  ['reduceRange', [true]],
  ['budget', [0.02]],
  ['share', [0.25, 0.125]],
  ['energy', [0.99]],
]

/** Settings that make a pass faster, at some cost of accuracy. */
const faster: readonly (readonly [option: string, values: readonly unknown[]])[] = [['accuracy', ['int8']]]

export type Options = Readonly<Record<string, unknown>>

/** Options of a pass that are more exact than `base`, each in one of them. */
export function exactVariants(definitions: OptionDefinitions, base: Options): readonly Options[] {
  return variants(definitions, base, moreExact)
}

/** Options of a pass that are faster than `base`, each in one of them. */
export function fastVariants(definitions: OptionDefinitions, base: Options): readonly Options[] {
  return variants(definitions, base, faster)
}

function variants(definitions: OptionDefinitions, base: Options, settings: typeof moreExact): readonly Options[] {
  return settings.flatMap(([option, values]) => {
    const definition = definitions[option]
    if (definition === undefined) return []
    const present = Object.hasOwn(base, option) ? base[option] : definition.default
    const allowed = (value: unknown) =>
      definition.type !== 'choice' || definition.choices.some((each) => each === value)
    return values
      .filter((value) => value !== present && value !== definition.default && allowed(value))
      .map((value) => ({ ...base, [option]: value }))
  })
}

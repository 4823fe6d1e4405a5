/**
 * What passes are for, in the order in which they follow one another: `prepare` the graph, make it `smaller` in its shapes,
 * `balance` it for what follows, `quantize` it, and `store` what is left in float in fewer bits; `mix` does the last two, layer
 * by layer.
 */
export type Family = 'prepare' | 'smaller' | 'balance' | 'quantize' | 'mix' | 'store' | 'other'

const families: ReadonlyMap<string, Family> = new Map([
  ['clean-up', 'prepare'],
  ['raise-opset', 'prepare'],
  ['structured-pruning', 'smaller'],
  ['low-rank', 'smaller'],
  ['smooth-quant', 'balance'],
  ['static-int8', 'quantize'],
  ['dynamic-int8', 'quantize'],
  ['weight-int8', 'quantize'],
  ['weight-int4', 'quantize'],
  ['mixed-precision', 'mix'],
  ['int8-storage', 'store'],
  ['fp16', 'store'],
])

/**
 * Passes in the order in which they are tried by themselves: those that make most models smaller and faster first, so that
 * a short search has seen them.
 */
export function orderByPromise<Pass extends { readonly name: string }>(passes: readonly Pass[]): readonly Pass[] {
  const promise: readonly Family[] = ['prepare', 'quantize', 'store', 'mix', 'balance', 'smaller', 'other']
  const known = [...families.keys()]
  const rank = ({ name }: Pass) => promise.indexOf(familyOf(name)) * known.length + known.indexOf(name)
  return passes.toSorted((a, b) => rank(a) - rank(b))
}

/** A pass that is in no family is tried by itself. */
export function familyOf(pass: string): Family {
  return families.get(pass) ?? 'other'
}

import type { RecipeStep } from '../../src/compress/recipe.ts'
import type { Measure } from '../benchmark.ts'

/** A way to make a transformer smaller, whose answers are held to the original's. */
export interface BalanceRecipe {
  /** In the ids of its measures. */
  readonly id: string
  readonly label: string
  readonly steps: readonly RecipeStep[]
}

/** Half of what `smooth-quant` moves by default is too little for ranges that are taken beforehand. */
const strong = { pass: 'smooth-quant', options: { strength: 0.75 } } as const

/** In the order of the table. */
export const recipes: readonly BalanceRecipe[] = [
  { id: 'dynamic', label: 'dynamic-int8', steps: [{ pass: 'dynamic-int8' }] },
  {
    id: 'smooth-dynamic',
    label: 'smooth-quant, dynamic-int8',
    steps: [{ pass: 'smooth-quant' }, { pass: 'dynamic-int8' }],
  },
  {
    id: 'smooth-few-dynamic',
    label: 'smooth-quant (gain=8), dynamic-int8',
    steps: [{ pass: 'smooth-quant', options: { gain: 8 } }, { pass: 'dynamic-int8' }],
  },
  { id: 'static', label: 'static-int8', steps: [{ pass: 'static-int8' }] },
  { id: 'smooth-static', label: 'smooth-quant (strength=0.75), static-int8', steps: [strong, { pass: 'static-int8' }] },
  {
    id: 'mixed',
    label: 'mixed-precision (pass=dynamic-int8, budget=0.1)',
    steps: [{ pass: 'mixed-precision', options: { pass: 'dynamic-int8', budget: 0.1 } }],
  },
  {
    id: 'smooth-mixed',
    label: 'smooth-quant, mixed-precision (pass=dynamic-int8)',
    steps: [{ pass: 'smooth-quant' }, { pass: 'mixed-precision', options: { pass: 'dynamic-int8' } }],
  },
]

/** What is measured of a recipe, by ids that no other has. */
export function measuresOf(recipe: BalanceRecipe): [string, Measure][] {
  const { label } = recipe
  return [
    [measureId(recipe, 'mean'), { label: `${label}: cosine to the original’s, mean`, unit: '%' }],
    [measureId(recipe, 'worst'), { label: `${label}: cosine to the original’s, at worst`, unit: '%' }],
    [measureId(recipe, 'size'), { label: `${label}: size`, unit: 'MB' }],
    [measureId(recipe, 'operators'), { label: `${label}: products in integers`, unit: 'operators' }],
  ]
}

export function measureId({ id }: BalanceRecipe, measured: 'mean' | 'worst' | 'size' | 'operators'): string {
  return `${id}-${measured}`
}

import type { RecipeStep } from '../../src/compress/recipe.ts'
import type { Measure } from '../benchmark.ts'
import { convolutionNet, convolutionsNet, type Net, productNet } from './nets.ts'

/** A pass on a net whose time it is to make shorter. */
export interface Trial {
  /** In the ids of its measures. */
  readonly id: string
  readonly label: string
  readonly make: () => Net
  readonly step: RecipeStep
}

const product = (parameters: number): Trial => ({
  id: `product-${parameters}`,
  label: `product of 384 × 1,536, ${Math.round(100 * parameters)} % of its numbers at most`,
  make: productNet,
  step: { pass: 'low-rank', options: { by: 'parameters', parameters } },
})

const convolution = (parameters: number): Trial => ({
  id: `convolution-${parameters}`,
  label: `convolution of 64 channels, ${Math.round(100 * parameters)} % of its numbers at most`,
  make: convolutionNet,
  step: { pass: 'low-rank', options: { by: 'parameters', parameters } },
})

/** In the order of the table. */
export const trials: readonly Trial[] = [
  {
    id: 'pruned',
    label: 'net of three convolutions, half of its channels gone',
    make: convolutionsNet,
    step: { pass: 'structured-pruning', options: { share: 0.5 } },
  },
  product(0.25),
  product(0.5),
  product(0.75),
  convolution(0.5),
  convolution(0.75),
]

/** What is measured of a trial, by ids that no other has. */
export function measuresOf(trial: Trial): [string, Measure][] {
  return [
    [measureId(trial, 'numbers'), { label: `${trial.label}: numbers, of the original’s`, unit: '×' }],
    [
      measureId(trial, 'time'),
      { label: `${trial.label}: time, of the original’s`, unit: '×', interval: true, target: { atMost: 0.95 } },
    ],
  ]
}

export function measureId({ id }: Trial, measured: 'numbers' | 'time'): string {
  return `${id}-${measured}`
}

import type { Measure } from '../benchmark.ts'

/** A net that is measured. */
export interface Variant {
  /** In the ids of its measures, and of its files. */
  readonly id: string
  readonly label: string
  /** That its size and time really fall, and that accuracy comes back, is claimed of it. */
  readonly isClaimed?: true
}

/** In the order of the table. */
export const variants = [
  { id: 'large', label: 'the large net' },
  { id: 'pruned', label: 'pruned' },
  { id: 'pruned-trained', label: 'pruned, trained again', isClaimed: true },
  { id: 'low-rank', label: 'of low rank' },
  { id: 'low-rank-trained', label: 'of low rank, trained again', isClaimed: true },
  { id: 'scratch', label: 'small from scratch, by labels' },
  { id: 'scratch-taught', label: 'small from scratch, with the teacher' },
] as const satisfies readonly Variant[]

export type VariantId = (typeof variants)[number]['id']

/** Figures of one net, by the name of the measure. */
export const measured = ['parameters', 'size', 'time', 'one', 'share', 'accuracy', 'lost'] as const
export type MeasuredName = (typeof measured)[number]

/** Points of accuracy that training again may leave lost. */
const mostLost = 1

/** Of a batch, in that of the large net. */
const mostTime = 0.75

export function measuresOf({ id, label, isClaimed }: Variant): [string, Measure][] {
  const target = (atMost: number) => (isClaimed === true ? { target: { atMost } } : {})
  const common = { interval: true } as const
  const all: Readonly<Record<MeasuredName, Measure>> = {
    parameters: { label: `${label}: parameters`, unit: 'parameters' },
    size: { label: `${label}: size`, unit: 'KB' },
    time: { label: `${label}: 64 digits`, unit: 'ms', ...common },
    one: { label: `${label}: one digit`, unit: 'ms', ...common },
    share: { label: `${label}: 64 digits, in the large net’s time`, unit: '×', ...common, ...target(mostTime) },
    accuracy: { label: `${label}: accuracy`, unit: '%', ...common },
    lost: { label: `${label}: points lost to the large net`, unit: '%', ...common, ...target(mostLost) },
  }
  const told = id === 'large' ? measured.filter((name) => name !== 'share' && name !== 'lost') : measured
  return told.map((name) => [measureId(id, name), all[name]])
}

export function measureId(variant: string, name: MeasuredName): string {
  return `${variant}-${name}`
}

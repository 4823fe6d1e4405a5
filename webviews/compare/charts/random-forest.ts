/** Rows of numbers with what is to be explained; all arrays are of equal length. */
export interface TrainingTable {
  /** One array for each feature, finite numbers. */
  readonly features: readonly Float64Array[]
  /** Finite numbers. */
  readonly target: Float64Array
}

const treeCount = 48
const maxDepth = 8
const minLeaf = 3

/**
 * How much each feature tells of the target: the decrease of variance at all splits on it in a random forest of 48
 * regression trees, as shares that add up to 1. All shares are 0 where no split helps. The seed is fixed, so that the
 * same rows give the same shares.
 *
 * Each tree grows to a depth of 8 on a sample of the rows with replacement; a split tries a third of the features, and
 * a leaf keeps at least 3 rows.
 *
 * @see Breiman 2001, "Random forests", Machine Learning 45(1), with the mean decrease in impurity of Breiman et al.
 *   1984, "Classification and regression trees", section 5.3
 */
export function computeImportance({ features, target }: TrainingTable): number[] {
  const random = createRandom(20_260_101)
  const gains = new Float64Array(features.length)
  const count = target.length
  for (let tree = 0; tree < treeCount; tree++) {
    const sample = Int32Array.from({ length: count }, () => Math.floor(random() * count))
    grow(sample, 0)
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0)
  return Array.from(gains, (gain) => (total > 0 ? gain / total : 0))

  function grow(rows: Int32Array, depth: number): void {
    if (depth >= maxDepth || rows.length < 2 * minLeaf) return
    let best: (Split & { readonly feature: number }) | undefined
    for (const feature of pickFeatures(features.length, random)) {
      const split = findSplit(rows, features[feature] ?? target, target)
      if (split !== undefined && split.gain > (best?.gain ?? 1e-12)) best = { ...split, feature }
    }
    if (best === undefined) return
    const { feature, at, gain } = best
    gains[feature] = (gains[feature] ?? 0) + gain
    const values = features[feature] ?? target
    for (const isBelow of [true, false]) {
      grow(
        rows.filter((row) => (values[row] ?? 0) < at === isBelow),
        depth + 1,
      )
    }
  }
}

interface Split {
  /** Rows below this value go one way, the others the other way. */
  readonly at: number
  /** By how much the sum of squared distances from the mean falls. */
  readonly gain: number
}

function findSplit(rows: Int32Array, values: Float64Array, target: Float64Array): Split | undefined {
  const order = rows.toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const count = order.length
  const total = order.reduce((sum, row) => sum + (target[row] ?? 0), 0)
  let [below, best]: [number, Split | undefined] = [0, undefined]
  for (let index = 1; index < count; index++) {
    below += target[order[index - 1] ?? 0] ?? 0
    if (index < minLeaf || index > count - minLeaf) continue
    const [before, after] = [values[order[index - 1] ?? 0] ?? 0, values[order[index] ?? 0] ?? 0]
    if (before === after) continue
    const above = total - below
    const gain = below ** 2 / index + above ** 2 / (count - index) - total ** 2 / count
    if (gain > (best?.gain ?? 0)) best = { at: (before + after) / 2, gain }
  }
  return best
}

function pickFeatures(count: number, random: () => number): number[] {
  const all = Array.from({ length: count }, (_, feature) => feature)
  const wanted = Math.max(1, Math.ceil(count / 3))
  for (let index = 0; index < wanted; index++) {
    const other = index + Math.floor(random() * (count - index))
    ;[all[index], all[other]] = [all[other] ?? 0, all[index] ?? 0]
  }
  return all.slice(0, wanted)
}

/** Numbers from 0 to below 1. @see Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators" */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e37_79b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

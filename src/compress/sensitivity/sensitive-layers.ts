import type { ModelProto } from 'onnx-buf'
import type { PassContext } from '../pass.ts'
import { compareNumbers } from '../search/compare-numbers.ts'
import { findLayers, measureLayers, type Ranking } from './rank-layers.ts'
import { rememberRanges } from './remember-ranges.ts'

/** The layers of a model that a pass may change, those first that do the most harm for what they save. */
export interface SensitiveLayers {
  readonly count: number
  /**
   * Looks at no more layers than it takes to tell the first ones apart.
   *
   * @returns fewer when there is no time, or the pass does nothing for some
   */
  first(count: number): Promise<readonly string[]>
}

/** Layers beside one another, and how far outputs are from the original's when the pass changes these alone. */
interface Group {
  readonly layers: readonly string[]
  /** The square of it for what is saved, in the mean over the group. */
  readonly harm: number
}

/** So few are looked at one by one. */
const fewLayers = 8

/**
 * Squared errors of layers add up, roughly, and a few layers do most of the harm. So groups of about √n neighbours are
 * looked at first, and the layers of those only that do much: of 38 layers the worst is found by 13 looks, not by 38.
 *
 * @param kept layers that are left alone anyway
 * @throws as `Ranking.apply` for the whole model
 * @see rank-layers.ts
 */
export async function findSensitive(
  model: ModelProto,
  kept: readonly string[],
  context: PassContext,
  ranking: Ranking,
): Promise<SensitiveLayers> {
  const remembering = rememberRanges(context)
  // The ranges of all layers, in one go over the data.
  await ranking.apply(kept, remembering)
  const bytes = findLayers(model)
  const layers = [...bytes.keys()].filter((layer) => !kept.includes(layer))
  const look = createLook({ kept, layers, savings: savingsOf(layers, bytes) }, remembering, ranking)
  let groups: readonly Group[] | undefined
  return {
    count: layers.length,
    async first(count) {
      groups ??= inOrder(await look(neighbours(layers, bytes)))
      for (;;) {
        const open = groups.slice(0, count).find((group) => group.layers.length > 1)
        if (open === undefined || ranking.isOver?.() === true) break
        const parts = await look(open.layers.map((layer) => [layer]))
        groups = inOrder([...groups.filter((group) => group !== open), ...parts])
      }
      const single = groups.filter((group) => group.layers.length === 1)
      return single.flatMap((group) => group.layers).slice(0, count)
    },
  }
}

/** Looks at groups of layers, as many as there is time for. Those that the pass does nothing for are left out. */
function createLook(
  {
    kept,
    layers,
    savings,
  }: {
    readonly kept: readonly string[]
    readonly layers: readonly string[]
    readonly savings: ReadonlyMap<string, number>
  },
  context: PassContext,
  ranking: Ranking,
): (parts: readonly (readonly string[])[]) => Promise<readonly Group[]> {
  let [done, planned] = [0, 0]
  return async (parts) => {
    planned += parts.length
    const found: Group[] = []
    for (const part of parts) {
      context.signal.throwIfAborted()
      if (ranking.isOver?.() === true) break
      const others = [...kept, ...layers.filter((layer) => !part.includes(layer))]
      const error = await measureLayers(others, context, ranking)
      const saved = part.reduce((sum, layer) => sum + (savings.get(layer) ?? 0), 0)
      if (error !== undefined) found.push({ layers: part, harm: error ** 2 / saved })
      done += 1
      ranking.told?.(done, planned)
    }
    return found
  }
}

/**
 * What a layer saves, for what it costs to keep it in float: its bytes, and as many as an average one has. A large table is
 * kept last; a small convolution, which is little of the file and may be much of the time, is not kept for its size.
 */
function savingsOf(layers: readonly string[], bytes: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const mean = layers.reduce((sum, layer) => sum + (bytes.get(layer) ?? 0), 0) / layers.length
  return new Map(layers.map((layer) => [layer, mean + (bytes.get(layer) ?? 0)]))
}

/** Those that are alike by their names, so that it is always the same. */
function inOrder(groups: readonly Group[]): readonly Group[] {
  return groups.toSorted((a, b) => compareNumbers(b.harm, a.harm) || (firstOf(a) < firstOf(b) ? -1 : 1))
}

function firstOf({ layers }: Group): string {
  return layers[0] ?? ''
}

/** A layer that is as large as a group is by itself: it would hide how much harm the others do. */
function neighbours(layers: readonly string[], bytes: ReadonlyMap<string, number>): readonly (readonly string[])[] {
  if (layers.length <= fewLayers) return layers.map((layer) => [layer])
  const size = Math.ceil(Math.sqrt(layers.length))
  const large = layers.reduce((sum, layer) => sum + (bytes.get(layer) ?? 0), 0) / size
  const groups: string[][] = []
  let open: string[] | undefined
  for (const layer of layers) {
    if ((bytes.get(layer) ?? 0) >= large) {
      groups.push([layer])
      continue
    }
    if (open === undefined || open.length === size) groups.push((open = []))
    open.push(layer)
  }
  return groups
}

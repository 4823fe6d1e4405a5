/** Leads from one node to another. */
export interface Edge<Key> {
  readonly from: Key
  readonly to: Key
}

/** A graph that is drawn in layers. */
export interface Layers<Key> {
  /** Keys from the first layer to the last, in each in their order. */
  readonly layers: readonly (readonly Key[])[]
  /** Where a node is along its layer. */
  at(key: Key): number
}

/** Where keys of the keyboard lead in a drawn graph. */
export interface Paths<Key> {
  /** Along an edge, towards what came of a node (1) or what it came of (-1): back where one has just come from, else to the nearest. */
  along(key: Key, step: 1 | -1): Key | undefined
  /** The next one in the layer, onwards (1) or back (-1). */
  within(key: Key, step: 1 | -1): Key | undefined
}

export function createPaths<Key>({ layers, at }: Layers<Key>, edges: readonly Edge<Key>[]): Paths<Key> {
  const after = Map.groupBy(edges, ({ from }) => from)
  const before = Map.groupBy(edges, ({ to }) => to)
  let last: Key | undefined
  const distance = (one: Key, other: Key) => Math.abs(at(one) - at(other))

  return {
    along(key, step) {
      const next = step === 1 ? after.get(key)?.map(({ to }) => to) : before.get(key)?.map(({ from }) => from)
      const [nearest] = (next ?? []).toSorted((a, b) => distance(key, a) - distance(key, b))
      const found = last !== undefined && next?.includes(last) === true ? last : nearest
      if (found !== undefined) last = key
      return found
    },
    within(key, step) {
      const layer = layers.find((each) => each.includes(key)) ?? []
      return layer[layer.indexOf(key) + step]
    },
  }
}

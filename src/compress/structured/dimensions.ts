import type { NodeProto } from 'onnx-buf'

/** Where the channels of a dimension get their values from. */
export interface Source {
  readonly node: NodeProto
  /** Input of the node that is the weight. */
  readonly input: number
  /** The dimension of the weight that runs over the channels. */
  readonly axis: number
}

/** The channels that a layer makes. */
export interface Dimension {
  readonly node: NodeProto
  /** How many channels. */
  readonly size: number
  readonly sources: Source[]
}

/** Dimensions whose channels stay or go together: channel 3 of one with channel 3 of all others. */
export interface DimensionGroup {
  readonly members: readonly Dimension[]
  readonly size: number
  /** As many channels in a row go together: those of a head of attention. */
  readonly unit: number
  /** Why none of them may go; undefined when they may. */
  readonly blocked: string | undefined
}

/** Knows which dimensions hang together. */
export interface Dimensions {
  add(node: NodeProto, size: number): Dimension
  /** Both have the same channels from here on; those of different sizes or units are blocked. */
  join(a: Dimension, b: Dimension, why: string): void
  /** Channels go in rows of `unit` from here on. */
  setUnit(dimension: Dimension, unit: number, why: string): void
  block(dimension: Dimension, why: string): void
  groups(): readonly DimensionGroup[]
}

export function createDimensions(): Dimensions {
  interface Group {
    members: Dimension[]
    unit: number
    blocked: string | undefined
  }
  const groupOf = new Map<Dimension, Group>()
  const find = (dimension: Dimension): Group => {
    const found = groupOf.get(dimension) ?? { members: [dimension], unit: 1, blocked: undefined }
    groupOf.set(dimension, found)
    return found
  }
  const block = (dimension: Dimension, why: string) => {
    find(dimension).blocked ??= why
  }
  const setUnit = (dimension: Dimension, unit: number, why: string) => {
    const group = find(dimension)
    if (group.unit !== unit && group.unit !== 1) block(dimension, why)
    group.unit = unit
  }
  return {
    add(node, size) {
      const dimension = { node, size, sources: [] }
      find(dimension)
      return dimension
    },
    join(a, b, why) {
      const [group, other] = [find(a), find(b)]
      if (group === other) return
      if (a.size !== b.size) {
        block(a, why)
        block(b, why)
        return
      }
      if (other.unit !== 1) setUnit(a, other.unit, why)
      group.blocked ??= other.blocked
      group.members.push(...other.members)
      for (const member of other.members) groupOf.set(member, group)
    },
    setUnit,
    block,
    groups() {
      return [...new Set(groupOf.values())].map(({ members, unit, blocked }) => {
        return { members, unit, blocked, size: members[0]?.size ?? 0 }
      })
    },
  }
}

/** What takes a place in a layer: a node, or an edge on its way through. Places and sizes are CSS pixels along the layer. */
export interface Cell<Node> {
  /** Undefined for an edge that passes. */
  readonly node: Node | undefined
  readonly layer: number
  readonly size: number
  readonly before: Cell<Node>[]
  readonly after: Cell<Node>[]
  /** Where it begins. */
  at: number
}

export function createCell<Node>(node: Node | undefined, layer: number, size: number): Cell<Node> {
  return { node, layer, size, before: [], after: [], at: 0 }
}

/** Times that the layers are gone through, there and back; more of them hardly changed what people saw. */
const rounds = 4

/**
 * Puts the cells of each layer in an order and in their places, on the whole as near to their neighbours as there is room.
 *
 * @param gap between two cells, in CSS pixels
 * @see https://en.wikipedia.org/wiki/Layered_graph_drawing
 */
export function placeCells<Node>(layers: readonly Cell<Node>[][], gap: number): void {
  for (const layer of layers) stack(layer, () => 0, gap)
  for (let round = 0; round < rounds; round++) {
    for (const layer of layers) arrange(layer, ({ before }) => before, gap)
    for (const layer of layers.toReversed()) arrange(layer, ({ after }) => after, gap)
  }
}

/**
 * The cells that an edge leads through, its ends among them; in the layers between, cells are made for it. One that does
 * not lead onwards pulls nothing towards it.
 *
 * @param passSize what it takes of a layer that it passes through, in CSS pixels
 */
export function joinCells<Node>(first: Cell<Node>, last: Cell<Node>, passSize: number): readonly Cell<Node>[] {
  const passed = Math.max(0, last.layer - first.layer - 1)
  const between = Array.from({ length: passed }, (_, at) => createCell<Node>(undefined, first.layer + at + 1, passSize))
  const way = [first, ...between, last]
  if (last.layer <= first.layer) return way
  for (const [at, cell] of way.entries()) {
    const next = way[at + 1]
    if (next === undefined) continue
    cell.after.push(next)
    next.before.push(cell)
  }
  return way
}

export function middleOf({ at, size }: Pick<Cell<unknown>, 'at' | 'size'>): number {
  return at + size / 2
}

/** Sorts a layer by where its neighbours on one side are, and moves it towards them. */
function arrange<Node>(layer: Cell<Node>[], side: (cell: Cell<Node>) => readonly Cell<Node>[], gap: number): void {
  const wanted = new Map(layer.map((cell) => [cell, meanMiddle(pullers(side(cell), side)) ?? middleOf(cell)]))
  const wantedOf = (cell: Cell<Node>) => wanted.get(cell) ?? 0
  layer.sort((a, b) => wantedOf(a) - wantedOf(b))
  stack(layer, wantedOf, gap)
}

/** Cells at the end of all edges give way to those that edges lead through, which else were moved aside layer by layer. */
function weightOf({ before, after }: Cell<unknown>): number {
  return before.length === 0 || after.length === 0 ? 0.02 : 1
}

/**
 * Puts cells after each other in their order, each as near to where its middle is wanted as the others allow: those that
 * get into each other's way are moved together, by the mean of what they want, and no other is.
 *
 * @see https://en.wikipedia.org/wiki/Isotonic_regression, of what is wanted less the room that is taken before it
 */
function stack<Node>(layer: readonly Cell<Node>[], wanted: (cell: Cell<Node>) => number, gap: number): void {
  const blocks: { readonly mean: number; readonly weight: number; readonly to: number }[] = []
  const taken: number[] = []
  for (const [index, cell] of layer.entries()) {
    const previous = layer[index - 1]
    taken.push(previous === undefined ? 0 : (taken[index - 1] ?? 0) + (previous.size + cell.size) / 2 + gap)
    let block = { mean: wanted(cell) - (taken[index] ?? 0), weight: weightOf(cell), to: index + 1 }
    for (let last = blocks.at(-1); last !== undefined && last.mean >= block.mean; last = blocks.at(-1)) {
      const weight = last.weight + block.weight
      block = { mean: (last.mean * last.weight + block.mean * block.weight) / weight, weight, to: block.to }
      blocks.pop()
    }
    blocks.push(block)
  }
  let index = 0
  for (const { mean, to } of blocks) {
    for (const cell of layer.slice(index, to)) {
      cell.at = mean + (taken[index] ?? 0) - cell.size / 2
      index++
    }
  }
}

/** Neighbours that lead on; a node that only hangs there goes where it is wanted, and pulls no chain aside. */
function pullers<Node>(
  neighbours: readonly Cell<Node>[],
  side: (cell: Cell<Node>) => readonly Cell<Node>[],
): readonly Cell<Node>[] {
  const leading = neighbours.filter((cell) => side(cell).length > 0)
  return leading.length === 0 ? neighbours : leading
}

function meanMiddle(cells: readonly Cell<unknown>[]): number | undefined {
  if (cells.length === 0) return undefined
  return cells.reduce((sum, cell) => sum + middleOf(cell), 0) / cells.length
}

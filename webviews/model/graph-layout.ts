import { type Cell, createCell, joinCells, middleOf, placeCells } from '../shared/layered.ts'
import { rankNodes } from './rank-nodes.ts'

/** CSS pixels. */
export const nodeWidth = 176
export const nodeHeight = 42
export const layerSize = 80
const nodeGap = 18
/** What an edge takes of a layer that it passes through. */
const passSize = 8

/** Layers that edges pass through, all together. Beyond it, those that are long go straight, behind what is in their way. */
const maxPasses = 60_000
const longEdge = 12

/** A piece of an edge from the middle of one layer to that of a later one. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly layer: number
  readonly endLayer: number
  /** From where lines of text begin, in CSS pixels. */
  readonly x: number
  readonly endX: number
  /** Whether it goes on through the layer that it ends in. */
  readonly passes: boolean
}

/** Where everything is: layers below each other, `x` from where lines of text begin, in CSS pixels. */
export interface GraphLayout {
  /** Nodes from the first layer to the last, in each by their place. */
  readonly layers: readonly (readonly number[])[]
  readonly layerOf: readonly number[]
  /** Where each node begins. */
  readonly x: readonly number[]
  /** Those that begin in each layer and end in the next one. */
  readonly pieces: readonly (readonly Piece[])[]
  /** Those that go over more layers, or back. */
  readonly longPieces: readonly Piece[]
  readonly width: number
  readonly height: number
}

/** @param before places of the nodes that each one takes something from */
export function layOutGraph(before: readonly (readonly number[])[]): GraphLayout {
  const layerOf = rankNodes(before)
  const count = layerOf.reduce((most, layer) => Math.max(most, layer + 1), 0)
  const cells = layerOf.map((layer, node) => createCell<number>(node, layer, nodeWidth))
  const edges = before.flatMap((sources, to) => sources.map((from) => ({ from, to })))
  const spanOf = ({ from, to }: { from: number; to: number }) => (layerOf[to] ?? 0) - (layerOf[from] ?? 0)
  const passes = edges.reduce((sum, edge) => sum + Math.max(0, spanOf(edge) - 1), 0)
  const maxSpan = passes > maxPasses ? longEdge : Infinity
  const ways = edges.map((edge) => {
    const [first, last] = [cells[edge.from], cells[edge.to]]
    if (first === undefined || last === undefined) return { edge, way: [] }
    const isDirect = spanOf(edge) > maxSpan || spanOf(edge) < 1
    return { edge, way: isDirect ? [first, last] : joinCells(first, last, passSize) }
  })
  const layers: Cell<number>[][] = Array.from({ length: count }, () => [])
  for (const cell of new Set([...cells, ...ways.flatMap(({ way }) => way)])) layers[cell.layer]?.push(cell)
  placeCells(layers, nodeGap)
  const all = layers.flat()
  const start = all.reduce((least, { at }) => Math.min(least, at), Infinity)
  for (const cell of all) cell.at -= start
  const pieces = ways.flatMap(({ edge, way }) => cutWay(edge, way))
  const short = Map.groupBy(
    pieces.filter(({ layer, endLayer }) => endLayer === layer + 1),
    ({ layer }) => layer,
  )
  return {
    layers: layers.map((layer) => layer.flatMap(({ node }) => node ?? [])),
    layerOf,
    x: cells.map(({ at }) => at),
    pieces: layers.map((_, layer) => short.get(layer) ?? []),
    longPieces: pieces.filter(({ layer, endLayer }) => endLayer !== layer + 1),
    width: all.reduce((most, { at, size }) => Math.max(most, at + size), 0),
    height: Math.max(0, count * layerSize - (layerSize - nodeHeight)),
  }
}

function cutWay(edge: { readonly from: number; readonly to: number }, way: readonly Cell<number>[]): readonly Piece[] {
  return way.slice(1).map((cell, at) => {
    const previous = way[at] ?? cell
    return {
      ...edge,
      layer: previous.layer,
      endLayer: cell.layer,
      x: middleOf(previous),
      endX: middleOf(cell),
      passes: cell.node === undefined,
    }
  })
}

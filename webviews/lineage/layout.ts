import { type Cell, createCell, joinCells, middleOf, placeCells } from '../shared/layered.ts'

/** CSS pixels. */
export const nodeWidth = 208
export const nodeHeight = 46
const columnGap = 76
const rowGap = 14
/** What a line takes of a column that it passes through. */
const passHeight = 6

export interface Line {
  readonly from: string
  readonly to: string
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Where everything is: `x` from where lines of text begin, `y` from the top, in CSS pixels. */
export interface Layout {
  /** Keys from the first column to the last, in each from the top. */
  readonly columns: readonly (readonly string[])[]
  /** Their corners at the start of the line. */
  readonly places: ReadonlyMap<string, Point>
  /** As the data of an SVG path, in the order of the lines given. */
  readonly paths: readonly string[]
  readonly width: number
  readonly height: number
}

/**
 * Draws a graph in columns: what came of something is to the right of it, unless they lead in a circle. In a column
 * everything is as near to its neighbours as there is room.
 *
 * @see https://en.wikipedia.org/wiki/Layered_graph_drawing
 */
export function layOut(keys: readonly string[], lines: readonly Line[]): Layout {
  const columnOf = findColumns(keys, lines)
  const cells = new Map(keys.map((key) => [key, createCell(key, columnOf.get(key) ?? 0, nodeHeight)]))
  const ways = lines.map((line) => findWay(cells, line))
  const all = new Set([...cells.values(), ...ways.flat()])
  const columns = [...Map.groupBy(all, ({ layer }) => layer)].sort(([a], [b]) => a - b).map(([, column]) => column)
  placeCells(columns, rowGap)
  const top = [...all].reduce((least, { at }) => Math.min(least, at), Infinity)
  for (const cell of all) cell.at -= top
  return {
    columns: columns.map((column) => column.flatMap(({ node }) => node ?? [])).filter((column) => column.length > 0),
    places: new Map([...cells].map(([key, { layer, at }]) => [key, { x: toX(layer), y: at }])),
    paths: ways.map(drawWay),
    width: Math.max(0, toX(columns.length) - columnGap),
    height: [...all].reduce((most, cell) => Math.max(most, cell.at + cell.size), 0),
  }
}

/** Each node behind all that it came of; what came of nothing stands right before what first came of it. */
function findColumns(keys: readonly string[], lines: readonly Line[]): ReadonlyMap<string, number> {
  const before = Map.groupBy(lines, ({ to }) => to)
  const after = Map.groupBy(lines, ({ from }) => from)
  const found = new Map<string, number>()
  const open = new Set<string>()
  const find = (key: string): number => {
    const known = found.get(key)
    if (known !== undefined) return known
    // A circle: the line that closes it leads back.
    if (open.has(key)) return -1
    open.add(key)
    const column = (before.get(key) ?? []).reduce((last, { from }) => Math.max(last, find(from)), -1) + 1
    found.set(key, column)
    return column
  }
  keys.forEach(find)
  for (const key of keys) {
    const next = (after.get(key) ?? []).map(({ to }) => found.get(to) ?? 0)
    if (!before.has(key) && next.length > 0) found.set(key, Math.max(0, Math.min(...next) - 1))
  }
  const used = [...new Set(found.values())].sort((a, b) => a - b)
  return new Map([...found].map(([key, column]) => [key, used.indexOf(column)]))
}

/** The cells that a line leads through, its ends among them. */
function findWay(cells: ReadonlyMap<string, Cell<string>>, { from, to }: Line): readonly Cell<string>[] {
  const [first, last] = [cells.get(from), cells.get(to)]
  return first === undefined || last === undefined ? [] : joinCells(first, last, passHeight)
}

function toX(column: number): number {
  return column * (nodeWidth + columnGap)
}

/** From the end of its first cell to the start of its last, straight through the others. */
function drawWay([first, ...others]: readonly Cell<string>[]): string {
  if (first === undefined) return ''
  let from = { x: toX(first.layer) + nodeWidth, y: Math.round(middleOf(first)) }
  let path = `M${from.x} ${from.y}`
  for (const cell of others) {
    const to = { x: toX(cell.layer), y: Math.round(middleOf(cell)) }
    const bend = Math.abs(to.x - from.x) / 2
    path += `C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`
    if (cell.node === undefined) path += `h${nodeWidth}`
    from = { x: to.x + nodeWidth, y: to.y }
  }
  return path
}

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

/** What takes a place in a column: a node, or a line on its way through. */
interface Cell {
  readonly key: string | undefined
  readonly column: number
  readonly before: Cell[]
  readonly after: Cell[]
  y: number
}

/**
 * Draws a graph in columns: what came of something is to the right of it, unless they lead in a circle. In a column
 * everything is as near to its neighbours as there is room.
 *
 * @see https://en.wikipedia.org/wiki/Layered_graph_drawing
 */
export function layOut(keys: readonly string[], lines: readonly Line[]): Layout {
  const columnOf = findColumns(keys, lines)
  const cells = new Map<string, Cell>(keys.map((key) => [key, createCell(key, columnOf.get(key) ?? 0)]))
  const ways = lines.map((line) => findWay(cells, line))
  const all = new Set([...cells.values(), ...ways.flat()])
  const columns = [...Map.groupBy(all, ({ column }) => column)].sort(([a], [b]) => a - b).map(([, column]) => column)
  placeRows(columns)
  const top = [...all].reduce((least, { y }) => Math.min(least, y), Infinity)
  for (const cell of all) cell.y -= top
  return {
    columns: columns.map((column) => column.flatMap(({ key }) => key ?? [])).filter((column) => column.length > 0),
    places: new Map([...cells].map(([key, { column, y }]) => [key, { x: toX(column), y }])),
    paths: ways.map(drawWay),
    width: Math.max(0, toX(columns.length) - columnGap),
    height: [...all].reduce((most, cell) => Math.max(most, cell.y + heightOf(cell)), 0),
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

function createCell(key: string | undefined, column: number): Cell {
  return { key, column, before: [], after: [], y: 0 }
}

/** The cells that a line leads through, its ends among them. */
function findWay(cells: ReadonlyMap<string, Cell>, { from, to }: Line): readonly Cell[] {
  const [first, last] = [cells.get(from), cells.get(to)]
  if (first === undefined || last === undefined) return []
  const passed = Math.max(0, last.column - first.column - 1)
  const between = Array.from({ length: passed }, (_, at) => createCell(undefined, first.column + at + 1))
  const way = [first, ...between, last]
  if (last.column <= first.column) return way
  for (const [at, cell] of way.entries()) {
    const next = way[at + 1]
    if (next === undefined) continue
    cell.after.push(next)
    next.before.push(cell)
  }
  return way
}

/** Times that the columns are gone through, there and back; more of them hardly changed what people saw. */
const rounds = 4

function placeRows(columns: readonly Cell[][]): void {
  for (const column of columns) stack(column, () => 0)
  for (let round = 0; round < rounds; round++) {
    for (const column of columns) arrange(column, ({ before }) => before)
    for (const column of columns.toReversed()) arrange(column, ({ after }) => after)
  }
}

/** Sorts a column by where its neighbours on one side are, and moves it towards them. */
function arrange(column: Cell[], side: (cell: Cell) => readonly Cell[]): void {
  const wanted = new Map(column.map((cell) => [cell, meanMiddle(side(cell)) ?? middleOf(cell)]))
  const wantedOf = (cell: Cell) => wanted.get(cell) ?? 0
  column.sort((a, b) => wantedOf(a) - wantedOf(b))
  stack(column, wantedOf)
}

/** Puts cells below each other in their order, on the whole as near as may be to where their middles are wanted. */
function stack(column: readonly Cell[], wanted: (cell: Cell) => number): void {
  let end = -Infinity
  let off = 0
  for (const cell of column) {
    cell.y = Math.max(end, wanted(cell) - heightOf(cell) / 2)
    end = cell.y + heightOf(cell) + rowGap
    off += middleOf(cell) - wanted(cell)
  }
  for (const cell of column) cell.y -= off / column.length
}

function meanMiddle(cells: readonly Cell[]): number | undefined {
  if (cells.length === 0) return undefined
  return cells.reduce((sum, cell) => sum + middleOf(cell), 0) / cells.length
}

function heightOf({ key }: Cell): number {
  return key === undefined ? passHeight : nodeHeight
}

function middleOf(cell: Cell): number {
  return cell.y + heightOf(cell) / 2
}

function toX(column: number): number {
  return column * (nodeWidth + columnGap)
}

/** From the end of its first cell to the start of its last, straight through the others. */
function drawWay([first, ...others]: readonly Cell[]): string {
  if (first === undefined) return ''
  let from = { x: toX(first.column) + nodeWidth, y: Math.round(middleOf(first)) }
  let path = `M${from.x} ${from.y}`
  for (const cell of others) {
    const to = { x: toX(cell.column), y: Math.round(middleOf(cell)) }
    const bend = Math.abs(to.x - from.x) / 2
    path += `C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`
    if (cell.key === undefined) path += `h${nodeWidth}`
    from = { x: to.x + nodeWidth, y: to.y }
  }
  return path
}

import { createHash } from 'node:crypto'
import { isRecord } from '../../protocol/json.ts'

/** As much of a notebook's cell as tells it from the others. */
export interface KeyedCell {
  /** Among all cells, from 0. */
  readonly index: number
  readonly metadata: Readonly<Record<string, unknown>>
  readonly document: { getText(): string }
}

/** What the executions of all cells of a notebook begin with in a kernel's journal, which notebooks can share. */
export function toNotebookKey(uri: string): string {
  return `${createHash('sha256').update(uri).digest('hex').slice(0, 16)}/`
}

/** The id that a notebook of format 4.5 gives each cell; of older ones, where the cell stands. */
export function toCellKey(notebookKey: string, cell: Pick<KeyedCell, 'index' | 'metadata'>): string {
  const id = findCellId(cell)
  return `${notebookKey}${id === undefined ? cell.index : `#${id}`}`
}

/**
 * The cell that an execution is of. One without an id may have been moved since: then it is another cell with the code
 * that was run, or none.
 */
export function findCell<Cell extends KeyedCell>(
  cells: readonly Cell[],
  notebookKey: string,
  key: string,
  code: string,
): Cell | undefined {
  const found = cells.find((cell) => toCellKey(notebookKey, cell) === key)
  if (found !== undefined && (findCellId(found) !== undefined || found.document.getText() === code)) return found
  return cells.find((cell) => findCellId(cell) === undefined && cell.document.getText() === code)
}

/** VS Code's reader of `.ipynb` keeps it in the metadata of the cell. */
function findCellId({ metadata }: Pick<KeyedCell, 'metadata'>): string | undefined {
  const { id } = isRecord(metadata) ? metadata : {}
  return typeof id === 'string' && id !== '' && id.length <= 100 ? id : undefined
}

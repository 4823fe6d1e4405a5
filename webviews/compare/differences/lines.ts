import type { DiffRow, DiffSection } from '../../../src/protocol/run-diff.ts'
import { formatDiffValue, type ShownSection } from '../../../src/protocol/run-diff-text.ts'

/** A line of the table: the head of a section, or one key of it. */
export type Line =
  | { readonly kind: 'section'; readonly section: ShownSection; readonly isOpen: boolean }
  | {
      readonly kind: 'row'
      readonly section: DiffSection['name']
      readonly row: DiffRow
      /** Undefined when every value fits its cell. */
      readonly isExpanded: boolean | undefined
      /** In characters: of its longest text. */
      readonly length: number
    }

/** About as many characters as a cell shows in one line. */
export const cellLength = 20

/** The lines of the sections, those of closed ones left out. `expanded` holds names made by `nameLine`. */
export function listLines(
  sections: readonly ShownSection[],
  closed: ReadonlySet<string>,
  expanded: ReadonlySet<string>,
): readonly Line[] {
  return sections.flatMap((section): Line[] => {
    const isOpen = !closed.has(section.name)
    const head: Line = { kind: 'section', section, isOpen }
    if (!isOpen) return [head]
    const rows = section.rows.map((row): Line => {
      const length = findLength(section.name, row)
      const isExpanded = length > cellLength ? expanded.has(nameLine(section.name, row.key)) : undefined
      return { kind: 'row', section: section.name, row, isExpanded, length }
    })
    return [head, ...rows]
  })
}

/** Unique among the lines of a diff. */
export function nameLine(section: DiffSection['name'], key: string): string {
  return `${section}/${key}`
}

function findLength(section: DiffSection['name'], row: DiffRow): number {
  // A number is written as shortly as a cell needs it.
  const lengths = row.values.map((value) =>
    typeof value === 'string' ? (formatDiffValue(section, row, value)?.length ?? 0) : 0,
  )
  return lengths.reduce((longest, length) => Math.max(longest, length), 0)
}

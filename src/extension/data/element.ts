import type { OutStatus } from '../../protocol/data-status.ts'

/*
 * What the view "Data" shows. Rows are listed anew whenever something changes; VS Code knows them again by their ids.
 */

/** A repository with data, of which several may be open. */
export interface DataRepositoryElement {
  readonly kind: 'data-repository'
  readonly id: string
  /** Absolute path, as the workspace spells it. */
  readonly root: string
  readonly label: string
  readonly outs: readonly OutStatus[]
}

/** A file or folder that a `.dvc` file stands for. */
export interface DataOutElement {
  readonly kind: 'data-out'
  readonly id: string
  readonly root: string
  readonly out: OutStatus
}

/** A file in a tracked folder that is not as its `.dvc` file says. */
export interface DataChangeElement {
  readonly kind: 'data-change'
  readonly id: string
  readonly root: string
  readonly change: DataChange
  /** From the root of the repository. */
  readonly path: string
  /** From the tracked folder. */
  readonly name: string
}

export const dataChanges = ['changed', 'edited', 'added', 'removed', 'notInCache'] as const
export type DataChange = (typeof dataChanges)[number]

/** A file or folder in a tracked folder, as it lies in the workspace. */
export interface DataEntryElement {
  readonly kind: 'data-entry'
  readonly id: string
  readonly root: string
  readonly path: string
  readonly isFolder: boolean
}

/** Stands after the first rows of many. */
export interface DataRestElement {
  readonly kind: 'data-rest'
  readonly id: string
  readonly count: number
}

export interface DataTroubleElement {
  readonly kind: 'data-trouble'
  readonly id: string
  readonly text: string
  readonly hint: string | undefined
}

export type DataElement =
  DataRepositoryElement | DataOutElement | DataChangeElement | DataEntryElement | DataRestElement | DataTroubleElement

/** A row that is about a place in a repository. */
export type DataPlaceElement = DataOutElement | DataChangeElement | DataEntryElement

export function isDataElement(value: unknown): value is DataElement {
  // VS Code hands a command whatever its caller passes.
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    typeof value.kind === 'string' &&
    value.kind.startsWith('data-') &&
    'id' in value
  )
}

/** Of the place, from the root of its repository; undefined for rows that stand for none. */
export function pathOf(element: DataElement): string | undefined {
  if (element.kind === 'data-out') return element.out.path
  return element.kind === 'data-change' || element.kind === 'data-entry' ? element.path : undefined
}

import type { DataConflict, DataDecision } from '../../protocol/data-merge.ts'
import type { FeatureElement } from '../features/element.ts'
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

/** A file that two branches have changed, while git's merge waits. */
export interface DataConflictElement {
  readonly kind: 'data-conflict'
  readonly id: string
  readonly root: string
  /** What it lies in, or is, from the root of the repository. */
  readonly out: string
  /** In the tracked folder; empty for what is in conflict as a whole. */
  readonly file: string
  readonly conflict: DataConflict | undefined
  /** Undefined while nobody has decided it. */
  readonly decided: DataDecision['side'] | undefined
  /** What git calls the commit that is merged. */
  readonly theirRevision: string | undefined
}

/** Both branches have changed something tracked, and no file of it both: it can be merged as it is. */
export interface DataMergeElement {
  readonly kind: 'data-merge'
  readonly id: string
  readonly root: string
  readonly out: string
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
  | DataRepositoryElement
  | DataOutElement
  | DataChangeElement
  | DataEntryElement
  | DataConflictElement
  | DataMergeElement
  | DataRestElement
  | DataTroubleElement
  | FeatureElement

/** A row that is about a place in a repository. */
export type DataPlaceElement = DataOutElement | DataChangeElement | DataEntryElement | DataConflictElement

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

/** Rows whose conflict can be decided: a file, or all files of something tracked. */
export type DecidableElement = DataConflictElement | DataOutElement

export function isDecidable(value: unknown): value is DecidableElement {
  return isDataConflict(value) || (isDataElement(value) && value.kind === 'data-out' && value.out.state === 'conflict')
}

export function isDataConflict(value: unknown): value is DataConflictElement {
  return isDataElement(value) && value.kind === 'data-conflict'
}

export function isDataMerge(value: unknown): value is DataMergeElement {
  return isDataElement(value) && value.kind === 'data-merge'
}

/** Of the place, from the root of its repository; undefined for rows that stand for none. */
export function pathOf(element: DataElement): string | undefined {
  if (element.kind === 'data-out') return element.out.path
  if (element.kind === 'data-conflict') return element.file === '' ? element.out : `${element.out}/${element.file}`
  return element.kind === 'data-change' || element.kind === 'data-entry' ? element.path : undefined
}

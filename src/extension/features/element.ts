import type { BuiltVersion, FeatureColumn, ListedFeatureSet, ListedVersion } from '../../protocol/feature-versions.ts'

/*
 * What the view "Data" shows of feature sets, below what is tracked.
 */

/** All feature sets of a workspace folder. */
export interface FeatureGroupElement {
  readonly kind: 'data-feature-group'
  readonly id: string
  /** Absolute path. */
  readonly folder: string
  /** The folder's name, where several have feature sets. */
  readonly label: string | undefined
  readonly featureSets: readonly ListedFeatureSet[]
  /** Why they could not be read. */
  readonly error: unknown
}

export interface FeatureSetElement {
  readonly kind: 'data-feature-set'
  readonly id: string
  readonly folder: string
  readonly featureSet: ListedFeatureSet
}

/** A version that was built; its columns are below. */
export interface FeatureVersionElement {
  readonly kind: 'data-feature-version'
  readonly id: string
  readonly folder: string
  readonly built: BuiltVersion & Pick<ListedVersion, 'path'>
  /** It is of the definition and the sources as they are now. */
  readonly isCurrent: boolean
}

/** What stands in the place of the version that is not built yet. */
export interface FeatureHintElement {
  readonly kind: 'data-feature-hint'
  readonly id: string
  readonly set: FeatureSetElement
  /** Why it cannot be built. */
  readonly problem: string | undefined
}

export interface FeatureColumnElement {
  readonly kind: 'data-feature-column'
  readonly id: string
  readonly column: FeatureColumn
}

export type FeatureElement =
  FeatureGroupElement | FeatureSetElement | FeatureVersionElement | FeatureHintElement | FeatureColumnElement

/** Rows that stand for one feature set, or for all of a folder. */
export type FeatureSetsElement = FeatureGroupElement | FeatureSetElement

/** Rows whose table can be looked at. */
export type FeatureTableElement = FeatureSetElement | FeatureVersionElement

function kindOf(value: unknown): unknown {
  // VS Code hands a command whatever its caller passes.
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
}

export function isFeatureSet(value: unknown): value is FeatureSetElement {
  return kindOf(value) === 'data-feature-set'
}

export function isFeatureSets(value: unknown): value is FeatureSetsElement {
  return isFeatureSet(value) || kindOf(value) === 'data-feature-group'
}

export function isFeatureHint(value: unknown): value is FeatureHintElement {
  return kindOf(value) === 'data-feature-hint'
}

export function isFeatureTable(value: unknown): value is FeatureTableElement {
  return isFeatureSet(value) || kindOf(value) === 'data-feature-version'
}

import type { ShownFeatureSet } from '../../protocol/feature-versions.ts'
import type { DataElement } from '../data/element.ts'
import { listTrouble } from '../data/list-rows.ts'
import type { FeatureGroupElement, FeatureSetElement, FeatureVersionElement } from './element.ts'
import type { FolderFeatures } from './feature-feed.ts'

/** A group for each workspace folder that has feature sets, or whose cannot be read. */
export function listGroups(folders: readonly FolderFeatures[]): readonly FeatureGroupElement[] {
  return folders.map(({ folder, name, featureSets, error }) => ({
    kind: 'data-feature-group',
    id: `${folder}//features`,
    folder,
    label: folders.length > 1 ? name : undefined,
    featureSets,
    error,
  }))
}

export function listSets({ id, folder, featureSets, error }: FeatureGroupElement): readonly DataElement[] {
  if (error !== undefined) return listTrouble(id, error)
  return featureSets.map((featureSet) => ({
    kind: 'data-feature-set',
    id: `${id}//${featureSet.name}`,
    folder,
    featureSet,
  }))
}

/** What is not built yet, or why it cannot be, then the versions that were. */
export function listVersions(set: FeatureSetElement, shown: ShownFeatureSet): readonly DataElement[] {
  const { id, folder } = set
  const isBuilt = shown.versions.some(({ version }) => version === shown.current)
  const hint: readonly DataElement[] = isBuilt
    ? []
    : [{ kind: 'data-feature-hint', id: `${id}//hint`, set, problem: shown.problem }]
  const versions = shown.versions.map((built): FeatureVersionElement => ({
    kind: 'data-feature-version',
    id: `${id}//${built.version}`,
    folder,
    built,
    isCurrent: built.version === shown.current,
  }))
  return [...hint, ...versions]
}

/** The statistics of a version, a row for each column. */
export function listColumns({ id, built }: FeatureVersionElement): readonly DataElement[] {
  return built.columns.map((column) => ({ kind: 'data-feature-column', id: `${id}//${column.name}`, column }))
}

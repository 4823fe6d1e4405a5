import type { ResultColumn } from '../data/duckdb-process.ts'
import { isSameColumn } from '../protocol/feature-sets.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Built } from './build-features.ts'
import { findColumn } from './columns.ts'
import { type FeatureContext, findFeatureSet } from './feature-context.ts'
import type { FeatureReference } from './feature-reference.ts'
import type { EntityTable, JoinedSet } from './join-sql.ts'
import { scanTable } from './table-scan.ts'

/** How features are named in what is joined. */
export type NameStyle =
  /** `clicks` */
  | 'short'
  /** `user_stats__clicks`, as Feast's full feature names. */
  | 'full'

/**
 * A built set as it is joined to an entity table.
 *
 * @throws INVALID_PARAMETER_VALUE for a key that the entity table does not have, or a feature that the set does not
 */
export function planJoinedSet(
  context: Pick<FeatureContext, 'featureSets'>,
  built: Built,
  reference: FeatureReference,
  entity: Pick<EntityTable, 'columns' | 'where'>,
  names: NameStyle,
): JoinedSet {
  const { entities, timestamp, createdTimestamp, ttlSeconds } = findFeatureSet(context, built.featureSet)
  const where = `Feature set "${built.featureSet}"`
  const columns: readonly ResultColumn[] = built.columns
  const own = [...entities, timestamp, ...(createdTimestamp === undefined ? [] : [createdTimestamp])]
  const features = columns.filter(({ name }) => !own.some((each) => isSameColumn(each, name)))
  const wanted = reference.features?.map((feature) => findColumn(features, feature, where)) ?? features
  return {
    from: scanTable('parquet', [built.files.table]),
    keys: entities.map((key) => ({
      ours: findColumn(columns, key, where),
      theirs: findColumn(entity.columns, key, entity.where),
    })),
    timestamp: findColumn(columns, timestamp, where),
    ttlSeconds,
    features: wanted.map(({ name }) => ({
      column: name,
      name: names === 'full' ? `${built.featureSet}__${name}` : name,
    })),
  }
}

/** @throws INVALID_PARAMETER_VALUE when two columns of the result would have one name */
export function refuseClashes(
  entity: Pick<EntityTable, 'columns' | 'where'>,
  sets: readonly (readonly [string, JoinedSet])[],
): void {
  const owners = new Map(entity.columns.map(({ name }) => [name.toLowerCase(), lowerFirst(entity.where)]))
  for (const [featureSet, { features }] of sets) {
    for (const { name } of features) {
      const owner = owners.get(name.toLowerCase())
      if (owner !== undefined) {
        const message = `Column "${name}" would come from feature set "${featureSet}" and from ${owner}.`
        throw new RunwrightError('INVALID_PARAMETER_VALUE', message, {
          hint: 'With --full-feature-names a feature is called SET__FEATURE; or leave it out by naming those you want.',
        })
      }
      owners.set(name.toLowerCase(), `feature set "${featureSet}"`)
    }
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

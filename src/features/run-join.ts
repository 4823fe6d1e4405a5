import type { Duckdb } from '../data/duckdb-process.ts'
import type { QueryFailed } from '../data/query-failed.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type Built, buildFeatures } from './build-features.ts'
import { hintFor } from './compute-table.ts'
import type { FeatureContext } from './feature-context.ts'
import type { FeatureReference } from './feature-reference.ts'
import { countJoined, type EntityTable, type JoinedSet, joinSql } from './join-sql.ts'
import { type NameStyle, planJoinedSet, refuseClashes } from './joined-set.ts'

/** A set as it was joined. */
export interface JoinedVersion {
  readonly featureSet: string
  readonly version: string
  /** Rows of the entity table that have features of this set. */
  readonly matchedCount: number
}

export async function buildAll(
  context: FeatureContext,
  references: readonly FeatureReference[],
): Promise<readonly Built[]> {
  const built: Built[] = []
  for (const { featureSet } of references) built.push(await buildFeatures(context, featureSet))
  return built
}

/** @throws INVALID_PARAMETER_VALUE for columns that are missing, clash or cannot be compared */
export function planSets(
  context: FeatureContext,
  built: readonly Built[],
  references: readonly FeatureReference[],
  entity: EntityTable,
  names: NameStyle,
): readonly JoinedSet[] {
  const sets = built.flatMap((each) => {
    const reference = references.find(({ featureSet }) => featureSet === each.featureSet)
    return reference === undefined ? [] : [planJoinedSet(context, each, reference, entity, names)]
  })
  refuseClashes(
    entity,
    sets.map((set, index) => [built[index]?.featureSet ?? '', set]),
  )
  return sets
}

/** Makes the table `joined`. */
export async function runJoin(
  db: Duckdb,
  entity: EntityTable,
  sets: readonly JoinedSet[],
  built: readonly Built[],
): Promise<{ readonly rowCount: number; readonly featureSets: readonly JoinedVersion[] }> {
  await db.run(joinSql(entity, sets))
  const { rows } = await db.run(countJoined(sets))
  const [rowCount = 0, ...matched] = (rows[0] ?? []).map(Number)
  return {
    rowCount,
    featureSets: built.map(({ featureSet, version }, index) => ({
      featureSet,
      version,
      matchedCount: matched[index] ?? 0,
    })),
  }
}

/** @param what could not be done, for example `The table labels.csv cannot be joined` */
export function joinFailed(what: string, error: QueryFailed): RunwrightError {
  const hint = hintFor(error)
  return new RunwrightError(error.code, `${what}: ${error.sentence}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}

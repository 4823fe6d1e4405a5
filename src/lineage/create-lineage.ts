import { limits } from '../protocol/mlflow/names.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { parseRunId } from '../protocol/ids.ts'
import type { LineageKind } from '../protocol/lineage.ts'
import { getVersionRow } from '../registry/registry-rows.ts'
import type { Database, Sql } from '../store/database.ts'
import { memberOf } from '../store/dialect.ts'
import { getNumber } from '../store/row.ts'
import { getRunRow } from '../tracking/run-rows.ts'
import type { Lineage } from './lineage.ts'
import { readPresentStates } from './present-states.ts'
import { findDataRows } from './walk/data-rows.ts'
import { loadNodes } from './walk/load-nodes.ts'
import { keyOf, type Place } from './walk/steps.ts'
import { walkLineage } from './walk/walk.ts'

/**
 * Puts the feature together over a database that tracking's, the registry's and its own migrations have been applied to.
 *
 * @param workspace absolute path
 */
export function createLineage({ database, workspace }: { database: Database; workspace: string }): Lineage {
  return {
    hashes: () =>
      database.read(async (sql) => {
        const [md5, sha256] = ['md5', 'sha256'].map((name) => memberOf(sql.dialect, 'source', name))
        const rows = await sql.all(
          `select distinct ${md5} as md5, ${sha256} as sha256
             from datasets where source_type = 'runwright_data'`,
        )
        return rows.flatMap(({ md5, sha256 }) => [md5, sha256].filter((hash) => typeof hash === 'string'))
      }),
    present: (versions) => readPresentStates(workspace, versions),
    of: ({ kind, id, direction, depth, limit }) =>
      database.read(async (sql) => {
        const ways = direction === 'both' ? (['up', 'down'] as const) : [direction]
        const { visited, edges } = await walkLineage(sql, await findPlace(sql, kind, id), { ways, depth, limit })
        const places = [...visited.values()]
        const nodes = await loadNodes(sql, places)
        const keys = new Map(places.map(({ place }, at) => [keyOf(place), nodes[at]?.key ?? '']))
        const told = (key: string) => keys.get(key) ?? key
        return { nodes, edges: edges.map((edge) => ({ ...edge, from: told(edge.from), to: told(edge.to) })) }
      }),
  }
}

async function findPlace(sql: Sql, kind: LineageKind, id: string): Promise<Place> {
  switch (kind) {
    case 'run': {
      const runId = parseRunId(id)
      if (runId === undefined) throw invalid(id, 'the id of a run')
      return { kind, row: getNumber(await getRunRow(sql, runId), 'id') }
    }
    case 'model-version': {
      const [, name, version] = /^(.+)\/([1-9]\d{0,14})$/s.exec(id) ?? []
      if (name === undefined) throw invalid(id, 'a model and its version, as "digits/3"')
      return { kind, row: getNumber(await getVersionRow(sql, name, Number(version)), 'id') }
    }
    case 'data': {
      const data = await findDataRows(sql, id.slice(0, limits.datasetDigest))
      if (data !== undefined) return { kind, row: data.digest }
      throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No run has read or written data of the digest ${id}.`, {
        hint: 'Runs name what they read by --data, or by runwright.data("PATH") in their program.',
      })
    }
  }
}

function invalid(id: string, expected: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `"${id}" is not ${expected}.`)
}

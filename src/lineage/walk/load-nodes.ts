import type { LineageNode } from '../../protocol/lineage.ts'
import { loadVersions, selectVersionRows } from '../../registry/registry-rows.ts'
import type { Sql } from '../../store/database.ts'
import { getNumber } from '../../store/row.ts'
import { selectRunRows, toRunRow } from '../../tracking/run-rows.ts'
import { keyOf, type Place } from './steps.ts'
import type { Visited } from './walk.ts'

/** A node without what the walk knows of it. */
type Told = LineageNode extends infer Node
  ? Node extends LineageNode
    ? Omit<Node, 'key' | 'moreUp' | 'moreDown'>
    : never
  : never

/** What is told of each place, in the order given, in a fixed number of statements. */
export async function loadNodes(sql: Sql, visited: readonly Visited[]): Promise<readonly LineageNode[]> {
  const ids = (kind: Place['kind']) =>
    JSON.stringify(visited.filter(({ place }) => place.kind === kind).map(({ place }) => place.row))
  const told = new Map<string, Told>()
  for (const row of await sql.all(
    `${selectRunRows} where r.id in (select cast(value as bigint) from json_each(?))`,
    ids('run'),
  )) {
    const { runId, name, status, experimentId, startTime, lifecycleStage } = toRunRow(row)
    const key = keyOf({ kind: 'run', row: getNumber(row, 'id') })
    const isDeleted = lifecycleStage === 'deleted'
    told.set(key, { kind: 'run', id: runId, name, status, experimentId, startTime, isDeleted })
  }
  const rows = await sql.all(
    `${selectVersionRows} where v.id in (select cast(value as bigint) from json_each(?))`,
    ids('model-version'),
  )
  for (const [at, { name, version, aliases }] of (await loadVersions(sql, rows)).entries()) {
    const key = keyOf({ kind: 'model-version', row: getNumber(rows[at] ?? {}, 'id') })
    told.set(key, { kind: 'model-version', id: `${name}/${version}`, name, version, aliases })
  }
  for (const { place, data } of visited) {
    if (data === undefined) continue
    const { digest, paths, version } = data
    told.set(keyOf(place), { kind: 'data', id: digest, paths, ...(version === undefined ? {} : { version }) })
  }
  return visited.map(({ place, more }) => {
    const node = told.get(keyOf(place))
    if (node === undefined) throw new TypeError(`${keyOf(place)} is gone within its own transaction.`)
    return { ...node, key: `${node.kind}:${node.id}`, moreUp: more.up, moreDown: more.down }
  })
}

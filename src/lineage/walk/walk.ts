import type { LineageEdge } from '../../protocol/lineage.ts'
import type { Sql } from '../../store/database.ts'
import { type DataRows, findDataRows } from './data-rows.ts'
import { stepFromData } from './from-data.ts'
import { stepFromModelVersion } from './from-model-version.ts'
import { stepFromRun } from './from-run.ts'
import { keyOf, type Place, type Step, type Steps, type Way } from './steps.ts'

/** A place of the answer, with what lies next to it and is not in it. */
export interface Visited {
  readonly place: Place
  /** Of data. */
  readonly data: DataRows | undefined
  readonly more: { up: number; down: number }
}

export interface Walked {
  /** In the order they were reached. */
  readonly visited: ReadonlyMap<string, Visited>
  /** By the keys of their places. */
  readonly edges: readonly LineageEdge[]
}

/**
 * Follows the edges from one place, nearest first: all the way up, all the way down, or both. What is beside it, as the
 * other runs that read the same data, is neither.
 */
export async function walkLineage(
  sql: Sql,
  start: Place,
  bounds: { readonly ways: readonly Way[]; readonly depth: number; readonly limit: number },
): Promise<Walked> {
  const visited = new Map<string, Visited>()
  const edges = new Map<string, LineageEdge>()
  // A place with many neighbours must not be all of the answer.
  const neighbours = Math.max(10, Math.floor(bounds.limit / 6))

  /** Undefined when the answer is full. */
  async function visit(place: Place): Promise<Visited | undefined> {
    const data = place.kind === 'data' ? await findDataRows(sql, String(place.row)) : undefined
    const whole: Place = data === undefined ? place : { kind: 'data', row: data.digest }
    const known = visited.get(keyOf(whole))
    if (known !== undefined) return known
    if (visited.size >= bounds.limit) return undefined
    const added = { place: whole, data, more: { up: 0, down: 0 } }
    visited.set(keyOf(whole), added)
    return added
  }

  async function follow(from: Visited, step: Step, way: Way): Promise<Visited | undefined> {
    const to = await visit(step.to)
    if (to === undefined) {
      from.more[way]++
      return undefined
    }
    const [first, last] = way === 'up' ? [to, from] : [from, to]
    const { to: _, ...told } = step
    const edge: LineageEdge = { ...told, from: keyOf(first.place), to: keyOf(last.place) }
    edges.set(`${edge.from} ${edge.relation} ${edge.to}`, edge)
    return to
  }

  const first = await visit(start)
  for (const way of bounds.ways) {
    const seen = new Set<Visited>()
    let frontier = first === undefined ? [] : [first]
    for (let depth = 0; frontier.length > 0; depth++) {
      const next: Visited[] = []
      for (const from of frontier) {
        if (seen.has(from)) continue
        seen.add(from)
        const { steps, more } = await stepFrom(sql, from, way, depth < bounds.depth ? neighbours : 0)
        from.more[way] += more
        for (const step of steps) {
          const to = await follow(from, step, way)
          if (to !== undefined) next.push(to)
        }
      }
      frontier = next
    }
  }
  return { visited, edges: [...edges.values()] }
}

async function stepFrom(sql: Sql, { place, data }: Visited, way: Way, limit: number): Promise<Steps> {
  switch (place.kind) {
    case 'run':
      return stepFromRun(sql, Number(place.row), way, limit)
    case 'model-version':
      return stepFromModelVersion(sql, Number(place.row), way, limit)
    case 'data':
      return data === undefined ? { steps: [], more: 0 } : stepFromData(sql, data, way, limit)
  }
}

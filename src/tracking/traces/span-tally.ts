import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { AnyValue } from '../../protocol/otlp/span.ts'

/** What a span says of its own tokens or costs. */
export interface TallyNode {
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly amounts: Readonly<Record<string, number>> | undefined
}

export const tokenKeys = {
  always: ['input_tokens', 'output_tokens', 'total_tokens'],
  ifThere: ['cache_read_input_tokens', 'cache_creation_input_tokens', 'cache_creation_input_tokens_above_1hr'],
} as const
export const costKeys = { always: ['input_cost', 'output_cost', 'total_cost'], ifThere: [] } as const

type TallyKeys = { readonly always: readonly string[]; readonly ifThere: readonly string[] }

/**
 * Sums up the spans of a trace, without counting twice where a span sums up its own children: below one that says
 * something, nothing is counted. Undefined where no span says anything.
 */
export function sumUp(nodes: readonly TallyNode[], keys: TallyKeys): ReadonlyMap<string, number> | undefined {
  const totals = new Map<string, number>()
  for (const { amounts } of selectTopmost(nodes)) {
    for (const key of keys.always) totals.set(key, (totals.get(key) ?? 0) + (amounts[key] ?? 0))
    for (const key of keys.ifThere) {
      const amount = amounts[key]
      if (amount !== undefined) totals.set(key, (totals.get(key) ?? 0) + amount)
    }
  }
  return totals.size === 0 ? undefined : totals
}

/** Spans that say something below none that does. Each is visited once; those that are their own parents never are. */
function selectTopmost(nodes: readonly TallyNode[]): { readonly amounts: Readonly<Record<string, number>> }[] {
  const ids = new Set(nodes.map(({ spanId }) => spanId))
  const isRoot = ({ parentSpanId }: TallyNode) => parentSpanId === undefined || !ids.has(parentSpanId)
  const children = Map.groupBy(nodes, ({ parentSpanId }) => parentSpanId)
  const found: { readonly amounts: Readonly<Record<string, number>> }[] = []
  const left = nodes.filter(isRoot)
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.amounts !== undefined) found.push({ amounts: node.amounts })
    else for (const child of children.get(node.spanId) ?? []) left.push(child)
  }
  return found
}

/** The numbers of a map. */
export function findAmounts(any: AnyValue | undefined): Record<string, number> | undefined {
  if (any?.kind !== 'map') return undefined
  return Object.fromEntries(
    any.value.flatMap(({ key, value }) => {
      if (value.kind !== 'integer' && value.kind !== 'number') return []
      const amount = Number(value.value)
      return Number.isFinite(amount) ? [[key, amount]] : []
    }),
  )
}

/** The numbers of a JSON object; undefined for what is none. */
export function parseAmounts(stored: string | undefined): Record<string, number> | undefined {
  const amounts = parseForeignJson(stored ?? '')
  if (!isRecord(amounts)) return undefined
  return Object.fromEntries(
    Object.entries(amounts).flatMap(([key, amount]) =>
      typeof amount === 'number' && Number.isFinite(amount) ? [[key, amount]] : [],
    ),
  )
}

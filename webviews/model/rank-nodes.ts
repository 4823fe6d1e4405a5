/**
 * The layer of each node: behind all that it takes something from, as early as that allows; what takes nothing stands
 * right before what first takes it. Where nodes go round in a circle, the first of them in the list comes first.
 *
 * @param before places of the nodes that each one takes something from
 */
export function rankNodes(before: readonly (readonly number[])[]): readonly number[] {
  const after: number[][] = before.map(() => [])
  for (const [node, sources] of before.entries()) for (const source of sources) after[source]?.push(node)
  const ranks = before.map(() => 0)
  const waits = before.map(({ length }) => length)
  const isDone = before.map(() => false)
  const ready = before.flatMap((sources, node) => (sources.length === 0 ? [node] : []))
  let first = 0
  for (let head = 0, done = 0; done < before.length; head++) {
    if (head === ready.length) {
      // What is left goes round in a circle, or comes behind one.
      while (isDone[first] === true) first++
      ready.push(first)
    }
    const node = ready[head] ?? 0
    if (isDone[node] === true) continue
    isDone[node] = true
    done++
    for (const next of after[node] ?? []) {
      if (isDone[next] === true) continue
      ranks[next] = Math.max(ranks[next] ?? 0, (ranks[node] ?? 0) + 1)
      waits[next] = (waits[next] ?? 0) - 1
      if (waits[next] === 0) ready.push(next)
    }
  }
  for (const [node, sources] of before.entries()) {
    const [next, ...others] = (after[node] ?? []).map((each) => ranks[each] ?? 0)
    if (sources.length === 0 && next !== undefined)
      ranks[node] = Math.max(0, others.reduce((a, b) => Math.min(a, b), next) - 1)
  }
  return ranks
}

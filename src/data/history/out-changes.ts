import type { TrackedOut } from './tracked-out.ts'

/** What became of something under version control, from one state to another. */
export type OutChange =
  | { readonly kind: 'added'; readonly before?: undefined; readonly after: TrackedOut }
  | { readonly kind: 'removed'; readonly before: TrackedOut; readonly after?: undefined }
  | { readonly kind: 'changed' | 'renamed'; readonly before: TrackedOut; readonly after: TrackedOut }

/**
 * What differs between two states, by path. What is gone under one path and there under another with the same hash was
 * renamed.
 */
export function compareOuts(before: readonly TrackedOut[], after: readonly TrackedOut[]): readonly OutChange[] {
  const old = new Map(before.map((out) => [out.path, out]))
  const changes: OutChange[] = []
  const added: TrackedOut[] = []
  for (const out of after) {
    const was = old.get(out.path)
    old.delete(out.path)
    if (was === undefined) added.push(out)
    else if (was.hash !== out.hash) changes.push({ kind: 'changed', before: was, after: out })
  }
  const gone = groupByHash([...old.values()])
  for (const out of added) {
    const was = out.hash === undefined ? undefined : gone.get(out.hash)?.shift()
    if (was === undefined) changes.push({ kind: 'added', after: out })
    else changes.push({ kind: 'renamed', before: was, after: out })
    if (was !== undefined) old.delete(was.path)
  }
  for (const out of old.values()) changes.push({ kind: 'removed', before: out })
  const place = ({ before, after }: OutChange) => (after ?? before)?.path ?? ''
  return changes.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
}

function groupByHash(outs: readonly TrackedOut[]): Map<string, TrackedOut[]> {
  const groups = new Map<string, TrackedOut[]>()
  for (const out of outs) {
    if (out.hash === undefined) continue
    const group = groups.get(out.hash)
    if (group === undefined) groups.set(out.hash, [out])
    else group.push(out)
  }
  return groups
}

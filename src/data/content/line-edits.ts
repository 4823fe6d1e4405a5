/** A run of lines in both texts, or in one of them. */
export interface LineEdit {
  readonly change: 'equal' | 'removed' | 'added'
  /** Index of its first line; where the side has none of it, of the line that follows. */
  readonly oldAt: number
  readonly newAt: number
  readonly count: number
}

/**
 * The shortest way from one list of lines to another. Undefined when it has more than `maxChanges` lines added and
 * removed, which bounds the time to lines × changes and the memory to changes².
 *
 * @see Myers 1986, "An O(ND) Difference Algorithm and Its Variations", the greedy algorithm of section 4
 */
export function findLineEdits(
  oldLines: readonly string[],
  newLines: readonly string[],
  maxChanges: number,
): readonly LineEdit[] | undefined {
  const shorter = Math.min(oldLines.length, newLines.length)
  let head = 0
  while (head < shorter && oldLines[head] === newLines[head]) head += 1
  let tail = 0
  while (tail < shorter - head && oldLines.at(-1 - tail) === newLines.at(-1 - tail)) tail += 1
  const numbers = new Map<string, number>()
  const middle = (lines: readonly string[]) =>
    Int32Array.from(lines.slice(head, lines.length - tail), (line) => numberOf(numbers, line))
  const edits = findMiddleEdits(middle(oldLines), middle(newLines), maxChanges)
  if (edits === undefined) return undefined
  const shifted = edits.map((edit) => ({ ...edit, oldAt: edit.oldAt + head, newAt: edit.newAt + head }))
  const end = { change: 'equal', oldAt: oldLines.length - tail, newAt: newLines.length - tail, count: tail } as const
  return [{ change: 'equal', oldAt: 0, newAt: 0, count: head } as const, ...shifted, end].filter(
    ({ count }) => count > 0,
  )
}

/** Equal lines have equal numbers. */
function numberOf(numbers: Map<string, number>, line: string): number {
  const number = numbers.get(line) ?? numbers.size
  numbers.set(line, number)
  return number
}

function findMiddleEdits(from: Int32Array, to: Int32Array, maxChanges: number): LineEdit[] | undefined {
  const rounds = searchForward(from, to, maxChanges)
  return rounds && walkBack(rounds, from.length, to.length)
}

/**
 * For each number of changes `d` how far one comes in `from` on each diagonal `k` from −d to d, at place `k + d`: the
 * diagonal is the place in `from` less the place in `to`.
 */
function searchForward(from: Int32Array, to: Int32Array, maxChanges: number): Int32Array[] | undefined {
  const rounds: Int32Array[] = []
  for (let changes = 0; changes <= maxChanges; changes += 1) {
    const before = rounds.at(-1)
    const reached = new Int32Array(2 * changes + 1)
    for (let k = -changes; k <= changes; k += 2) {
      let at = before === undefined ? 0 : firstStep(before, changes, k)
      while (at < from.length && at - k < to.length && from[at] === to[at - k]) at += 1
      reached[k + changes] = at
      if (at >= from.length && at - k >= to.length) return [...rounds, reached]
    }
    rounds.push(reached)
  }
  return undefined
}

/** One change from the round before: a line of `to` is added, or one of `from` removed, whichever leads further. */
function firstStep(before: Int32Array, changes: number, k: number): number {
  return isAddition(before, changes, k) ? reachOf(before, changes - 1, k + 1) : reachOf(before, changes - 1, k - 1) + 1
}

function isAddition(before: Int32Array, changes: number, k: number): boolean {
  return k === -changes || (k !== changes && reachOf(before, changes - 1, k - 1) < reachOf(before, changes - 1, k + 1))
}

function reachOf(round: Int32Array, changes: number, k: number): number {
  return round[k + changes] ?? 0
}

function walkBack(rounds: readonly Int32Array[], fromLength: number, toLength: number): LineEdit[] {
  const edits: LineEdit[] = []
  let [oldAt, newAt] = [fromLength, toLength]
  const take = (change: LineEdit['change'], oldCount: number, newCount: number) => {
    oldAt -= oldCount
    newAt -= newCount
    const count = Math.max(oldCount, newCount)
    const last = edits.at(-1)
    if (last?.change === change) edits[edits.length - 1] = { change, oldAt, newAt, count: last.count + count }
    else if (count > 0) edits.push({ change, oldAt, newAt, count })
  }
  for (let changes = rounds.length - 1; changes > 0; changes -= 1) {
    const before = rounds[changes - 1] ?? new Int32Array(1)
    const k = oldAt - newAt
    const equal = oldAt - firstStep(before, changes, k)
    take('equal', equal, equal)
    if (isAddition(before, changes, k)) take('added', 0, 1)
    else take('removed', 1, 0)
  }
  take('equal', oldAt, newAt)
  return edits.toReversed()
}

import type { ComparedCell } from '../client/compare-outputs.ts'

/** What a comparison of outputs found, as lines for people: which cells changed, and where each first differs. */
export function describeComparison(cells: readonly ComparedCell[]): string {
  const count = (change: ComparedCell['change']) => cells.filter((each) => each.change === change).length
  const changed = cells.filter((cell) => cell.change === 'changed')
  const others = [
    count('new') > 0 ? `${count('new')} had not been run before` : undefined,
    count('not-run') > 0 ? `${count('not-run')} were not run` : undefined,
  ].filter((part) => part !== undefined)
  const sum = `${changed.length} of ${cells.length} cells show something else than before`
  return [...changed.flatMap(describeChange), `${[sum, ...others].join('; ')}.`, ''].join('\n')
}

function describeChange({ index, before, after }: ComparedCell): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const at = old.findIndex((line, row) => line !== now[row])
  // One that shows the same and more begins to differ behind it.
  const row = at === -1 ? old.length : at
  return [`cell ${index + 1}, line ${row + 1}:`, `- ${old[row] ?? ''}`, `+ ${now[row] ?? ''}`]
}

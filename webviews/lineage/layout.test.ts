import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { layOut, nodeHeight, nodeWidth } from './layout.ts'

/** `a-b` for a line from a to b. */
const draw = (...lines: readonly string[]) => {
  const parsed = lines.map((line) => {
    const [from = '', to = ''] = line.split('-')
    return { from, to }
  })
  return layOut([...new Set(parsed.flatMap(({ from, to }) => [from, to]))], parsed)
}
const middle = ({ y } = { y: NaN }) => y + nodeHeight / 2

describe('the layout of a lineage', () => {
  it('puts what came of something into a later column, and what came of nothing right before what it led to', () => {
    const { columns } = draw('raw-prepare', 'prepare-clean', 'clean-train', 'test-train', 'train-model')
    assert.deepEqual(
      columns.map((column) => column.toSorted()),
      [['raw'], ['prepare'], ['clean', 'test'], ['train'], ['model']],
    )
  })

  it('lets nothing lie on something else, and no line pass behind a node', () => {
    const { places, paths } = draw('train-file', 'file-version', 'train-version', 'train-other', 'other-version')
    const rows = ['file', 'other'].map((key) => places.get(key)?.y ?? NaN)
    assert.ok(Math.abs((rows[0] ?? 0) - (rows[1] ?? 0)) >= nodeHeight)
    // From `train` straight to `version`, through the column of the two.
    const through = Number(/C\S+ \S+ \S+ \S+ \S+ (\S+)h/.exec(paths[2] ?? '')?.[1])
    for (const y of rows) assert.ok(through < y || through > y + nodeHeight, `${through} at ${y}`)
  })

  it('keeps a node in the middle of what came of it', () => {
    const readers = Array.from({ length: 301 }, (_, at) => `run${at}`)
    const { places, height, width } = draw(...readers.map((run) => `data-${run}`))
    assert.equal(width, 2 * nodeWidth + 76)
    assert.ok(Math.abs(middle(places.get('data')) - height / 2) < 1)
    const tops = readers.map((run) => places.get(run)?.y ?? NaN)
    assert.deepEqual(
      tops,
      tops.toSorted((a, b) => a - b),
    )
    assert.ok((tops[1] ?? 0) - (tops[0] ?? 0) >= nodeHeight)
  })

  it('does not cross lines that need not cross', () => {
    const lines = ['ax', 'by', 'cz', 'xr', 'yq', 'zp'].map(([from = '', to = '']) => ({ from, to }))
    const { places } = layOut([...'abczyxqpr'], lines)
    const order = (...keys: string[]) =>
      keys.toSorted((one, other) => middle(places.get(one)) - middle(places.get(other))).map((key) => keys.indexOf(key))
    assert.deepEqual(order('a', 'b', 'c'), order('x', 'y', 'z'))
    assert.deepEqual(order('x', 'y', 'z'), order('r', 'q', 'p'))
  })

  it('ends with circles, single nodes and nothing', () => {
    const circle = draw('data-run', 'run-data')
    assert.equal(circle.columns.flat().length, 2)
    assert.equal(circle.paths.length, 2)
    assert.ok([...circle.places.values()].every(({ x, y }) => x >= 0 && y >= 0))
    assert.deepEqual(layOut(['alone'], []).columns, [['alone']])
    assert.deepEqual(layOut([], []).columns, [])
  })

  it('has a place for each of a thousand nodes', () => {
    const lines = Array.from({ length: 1000 }, (_, at) => ({ from: `n${at >> 1}`, to: `n${at + 1}` }))
    const keys = Array.from({ length: 1001 }, (_, at) => `n${at}`)
    assert.equal(layOut(keys, lines).places.size, 1001)
  })
})

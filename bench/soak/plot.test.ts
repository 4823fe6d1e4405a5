import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { drawSoak } from './plot.ts'

const figures = { engineMb: { label: 'engine', unit: 'MB' }, nodes: { label: 'nodes', unit: '' } }

/** The heights of each line's places, from left to right. */
function findHeights(svg: string): number[][] {
  const lines = [...svg.matchAll(/<path d="M([^"]+)" fill="none" stroke="/g)]
  return lines.map(([, path = '']) => path.split('L').map((place) => Number(place.split(' ')[1])))
}

describe('the plot of a soak', () => {
  const samples = Array.from({ length: 12 }, (_, index) => ({
    minute: index + 1,
    engineMb: index < 6 ? 100 : 110,
    nodes: index === 0 ? 1 : 500,
  }))
  const svg = drawSoak(samples, figures, 1.1)
  const limit = Number(/d="M\S+ (\S+)H\S+" class="limit"/.exec(svg)?.[1])

  it('has a line for each figure that is flat while nothing grows', () => {
    const [engine = [], nodes = []] = findHeights(svg)
    assert.deepEqual([engine.length, nodes.length], [12, 12])
    assert.equal(new Set(engine.slice(0, 6)).size, 1)
    assert.equal(new Set(nodes.slice(1)).size, 1)
    assert.equal(engine[0], nodes[1], 'what each was early is one level')
  })

  it('shows what grew by as much as is allowed at the limit', () => {
    const [engine = []] = findHeights(svg)
    assert.equal(engine.at(-1), limit)
    assert.ok(limit < (engine[0] ?? NaN), 'more is further up')
  })

  it('keeps what leaves the axis at its edge, and says what each line is', () => {
    const [, nodes = []] = findHeights(svg)
    assert.equal(nodes[0], 352)
    for (const text of ['engine: 100 MB', 'nodes: 500<', '110 %', '>12<']) assert.ok(svg.includes(text), text)
  })
})

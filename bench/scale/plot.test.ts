import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toSvg } from './plot.ts'

it('a plot has a line for each figure, a flat one for what stays the same, and says what it shows', () => {
  const places = (y: number) => [1e6, 1e8].map((x) => ({ x, y }))
  const lines = [
    { label: 'first <page>', places: places(10) },
    { label: 'sort', places: places(20) },
  ]
  const svg = toSvg({ title: 'Reads', unit: 'ms', lines, limit: 100 })
  const drawn = [...svg.matchAll(/d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/g)]
  assert.equal(drawn.length, 2)
  for (const [, start, end] of drawn) assert.equal(start, end)
  assert.ok(Number(drawn[0]?.[1]) > Number(drawn[1]?.[1]), 'more is further up')
  for (const text of ['first &lt;page>', '1 M', '100 M', '10 ms', '100 ms', 'class="limit"'])
    assert.ok(svg.includes(text), text)
})

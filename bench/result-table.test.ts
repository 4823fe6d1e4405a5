import assert from 'node:assert/strict'
import { it } from 'node:test'
import { formatResults } from './result-table.ts'
import { toResult } from './result.ts'

it('the table shows medians, ratio, target and verdict, and leaves open what there is not', () => {
  const table = formatResults([
    toResult({ label: '8 clients', unit: 'requests/s', target: { timesPeer: 10 } }, [1234.6], [61.73]),
    toResult({ label: 'upload', unit: 'MB/s', target: { timesPeer: 1 } }, [50], [200]),
    toResult({ label: 'activation', unit: 'ms', target: { atMost: 100 } }, [8.125], []),
    toResult({ label: 'download', unit: 'MB/s' }, [400], [100]),
  ])
  assert.equal(
    table,
    `
| measure    |             ours |      the peer’s |  ratio |   target | met |
| ---------- | ---------------: | --------------: | -----: | -------: | --- |
| 8 clients  | 1,235 requests/s | 61.7 requests/s |    20× |    ≥ 10× | yes |
| upload     |          50 MB/s |        200 MB/s | 0.250× |     ≥ 1× | NO  |
| activation |          8.13 ms |                 |        | ≤ 100 ms | yes |
| download   |         400 MB/s |        100 MB/s |     4× |          |     |
`.trim(),
  )
})

it('several peers have a column each', () => {
  const measure = { label: 'zoom', unit: 'ms' } as const
  const table = formatResults([toResult(measure, [10], [], new Map([['uPlot', [20]]])), toResult(measure, [10], [])])
  assert.equal(
    table,
    `
| measure |  ours | uPlot | ratio | target | met |
| ------- | ----: | ----: | ----: | -----: | --- |
| zoom    | 10 ms | 20 ms |    2× |        |     |
| zoom    | 10 ms |       |       |        |     |
`.trim(),
  )
})

it('where it is asked for, the table says where a median lies, and has no column of peers that there are not', () => {
  const samples = [4, 1, 3, 2, 6, 5]
  const table = formatResults([
    toResult({ label: 'accuracy', unit: '%', interval: true, target: { atMost: 4 } }, samples, []),
    toResult({ label: 'size', unit: 'KB' }, [10], []),
  ])
  assert.equal(
    table,
    `
| measure  |   ours | 95 % interval | target | met |
| -------- | -----: | ------------: | -----: | --- |
| accuracy | 3.50 % |      1 to 6 % |  ≤ 4 % | yes |
| size     |  10 KB |               |        |     |
`.trim(),
  )
})

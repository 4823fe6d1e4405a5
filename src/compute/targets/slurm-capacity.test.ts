import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseDuration, parseKillWait, parsePartitions, sumCapacity } from './slurm-capacity.ts'

/** The first three lines as Slurm 22.05 wrote them; the rest after its manual. */
const recorded = `up|infinite|1|1-infinite|32|23905|gpu:fake:4|gpu*
up|infinite|1|1-infinite|32|23905|gpu:fake:4|spot
up|1:00|1|1|32|23905|gpu:fake:4|small
down|2-00:00:00|8|1-4|64+|1000|gpu:a100:4(S:0-1),gpu:2,lustre:1|old
up|30:00|2|1|8|1000|(null)|cpu
`

describe('the partitions of Slurm', () => {
  const parts = parsePartitions(recorded)

  it('are read with their limits and what their nodes have', () => {
    assert.deepEqual(parts[2], {
      partition: 'small',
      isDefault: false,
      isUp: true,
      timeLimitSeconds: 60,
      nodes: 1,
      maxNodes: 1,
      cpus: 32,
      memoryBytes: 23905 * 1024 ** 2,
      gpus: 4,
    })
    assert.deepEqual([parts[0]?.partition, parts[0]?.isDefault], ['gpu', true])
    assert.equal(parts[0]?.maxNodes, undefined)
    assert.equal(parts[0]?.timeLimitSeconds, undefined)
    assert.deepEqual([parts[3]?.cpus, parts[3]?.gpus, parts[3]?.isUp], [64, 6, false])
    assert.equal(parts[4]?.gpus, 0)
  })

  it('together offer what the largest of them has', () => {
    assert.deepEqual(sumCapacity(parts), {
      cpus: 32,
      memoryBytes: 23905 * 1024 ** 2,
      gpus: 4,
      parts: ['gpu', 'spot', 'small', 'old', 'cpu'],
    })
    assert.deepEqual(sumCapacity([]), { cpus: 0, memoryBytes: 0, gpus: 0, parts: [] })
  })

  it('are told from the settings, which say how long a job has after its first signal', () => {
    const settings =
      'Configuration data as of 2026-11-28T21:20:11\nKillWait                = 12 sec\nLaunch = a|b|c|d|e|f|g|h\n'
    assert.deepEqual(parsePartitions(recorded + settings), parts)
    assert.deepEqual([parseKillWait(recorded + settings), parseKillWait(recorded)], [12, undefined])
  })

  it('write durations in four ways', () => {
    assert.deepEqual(['1-02:03:04', '2:03:04', '30:00', '1:00', 'infinite', 'n/a'].map(parseDuration), [
      93_784,
      7384,
      1800,
      60,
      undefined,
      undefined,
    ])
  })
})

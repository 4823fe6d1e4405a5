import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatGoal } from './goals.ts'
import { describeMachine, limitsOf, parseProfile, presets, readInstructions, tellDifferences } from './targets.ts'

const machine = { processor: 'Test', cores: 4, instructions: 'vnni' } as const

describe('a CPU target', () => {
  it('is a preset, with what is set otherwise', () => {
    assert.deepEqual(parseProfile('this-machine', 3).threads, 3)
    const { threads, memoryBytes, batch, goals, cpus } = parseProfile(
      'edge-box, threads=1,memory=512MiB,batch=4,cpus=0.5,p99=20ms,p50=5ms',
    )
    assert.deepEqual([threads, memoryBytes, batch, cpus], [1, 512 * 2 ** 20, 4, 0.5])
    assert.deepEqual(goals.map(formatGoal), ['p99<=20ms', 'p50<=5ms'])
  })

  it('says what there is when it is none', () => {
    for (const [text, message] of [
      ['toaster', /no target “toaster”/],
      ['edge-box,threads=0', /“threads=0” is no setting/],
      ['edge-box,memory=much', /“memory=much” is no setting/],
      ['edge-box,toString=1', /“toString=1” is no setting/],
      ['edge-box,p99=20', /“20” is no time/],
    ] as const) {
      assert.throws(() => parseProfile(text), { code: 'INVALID_PARAMETER_VALUE', message }, text)
    }
  })

  it('limits a process in what it says, and in nothing else', () => {
    assert.deepEqual(limitsOf(parseProfile('edge-box')), { cpus: 2, memoryBytes: 2 ** 30 })
    assert.deepEqual(limitsOf(parseProfile('this-machine')), {})
  })

  it('is told from this machine in all that makes a difference', () => {
    const [first, second, ...others] = tellDifferences(parseProfile('office-server'), machine, 'No cgroup.')
    assert.match(first ?? '', /Not held to 8 cores and 16 GiB, so the figures are this machine’s\. No cgroup\./)
    assert.match(second ?? '', /has 8 cores and this machine 4/)
    assert.match(others.join(), /has AVX2 and this one VNNI, .* slower there/)
    assert.deepEqual(tellDifferences(parseProfile('this-machine', 4), machine, undefined), [])
  })

  it('knows the instructions of a processor by Linux’s names', async () => {
    assert.equal(readInstructions('model name\t: X\nflags\t\t: fpu avx2 avx512f avx512_vnni\n'), 'vnni')
    assert.equal(readInstructions('flags : avx2\n'), 'avx2')
    assert.equal(readInstructions('Features : asimd\n'), undefined)
    assert.ok((await describeMachine()).cores >= 1)
    assert.equal(new Set(presets().map(({ name }) => name)).size, presets().length)
  })
})

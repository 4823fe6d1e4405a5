import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Compute } from './compute.ts'
import { createComputeMethods } from './methods.ts'

// SAFETY: only the parsers are asked, and they call nothing of it.
const methods = createComputeMethods({} as Compute)

const spec = {
  command: ['python', 'train.py'],
  workingDirectory: 'src/models',
  params: [{ key: 'lr', value: '0.1' }],
  env: { MODE: 'fast' },
  secrets: ['HF_TOKEN'],
  resources: { gpus: 1, gpuMemoryBytes: 24 * 2 ** 30, timeLimitSeconds: 60 },
  target: 'local',
  priority: -5,
  retries: 2,
  isIsolated: false,
  data: ['../data/train.csv'],
  outputs: ['models'],
}
const launch = { key: 'k', experiment: 'digits', spec, secrets: { HF_TOKEN: 'hunter2' } }
const parse = (params: unknown) => methods['jobs/launch'].parse(params)

describe('a launch that comes over the wire', () => {
  it('is taken as it is', () => assert.deepEqual(parse(launch), launch))

  it('is refused where it could not be run as meant', () => {
    const wrong: readonly [object, RegExp][] = [
      [{ command: [] }, /spec\.command.*expected a program/],
      [{ command: ['a\0b'] }, /spec\.command\[0\].*without a NUL/],
      [{ workingDirectory: '../other' }, /spec\.workingDirectory.*inside the workspace/],
      [{ workingDirectory: 'a/../../b' }, /spec\.workingDirectory/],
      [{ workingDirectory: '/etc' }, /spec\.workingDirectory/],
      [{ env: { 'A B': 'x' } }, /spec\.env.*variable’s name/],
      [{ secrets: ['A=B'] }, /spec\.secrets\[0\]/],
      [{ priority: 101 }, /spec\.priority/],
      [{ retries: -1 }, /spec\.retries/],
      [{ resources: { gpus: 0.5 } }, /spec\.resources\.gpus/],
      [{ resources: { cpus: 0 } }, /spec\.resources\.cpus/],
      [{ codeCommit: 'HEAD' }, /spec\.codeCommit/],
      [{ data: ['/etc/passwd'] }, /spec\.data\[0\].*from the workspace/],
      [{ outputs: ['a\0'] }, /spec\.outputs\[0\]/],
    ]
    for (const [change, message] of wrong) {
      assert.throws(() => parse({ ...launch, spec: { ...spec, ...change } }), { message }, JSON.stringify(change))
    }
    assert.throws(() => parse({ ...launch, key: 'k'.repeat(201) }), /key/)
  })

  it('shows no value of a secret in its errors', () => {
    assert.throws(
      () => parse({ ...launch, secrets: { HF_TOKEN: 'hunter2\0' } }),
      (error: Error) => /secrets\.HF_TOKEN/.test(error.message) && !error.message.includes('hunter2'),
    )
  })
})

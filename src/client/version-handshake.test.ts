import assert from 'node:assert/strict'
import { it } from 'node:test'
import { compareVersions } from './version-handshake.ts'

for (const [a, b, sign] of [
  ['0.1.0', '0.1.0', 0],
  ['0.9.0', '0.10.0', -1],
  ['1.0.0', '0.99.99', 1],
  ['1.2', '1.2.0', 0],
  ['1.2.3-beta.1', '1.2.3', 0],
  ['1.2.3+build.7', '1.2.4', -1],
  ['nonsense', '0.0.0', 0],
] as const) {
  it(`puts version ${a} ${['before', 'level with', 'after'][sign + 1]} ${b}`, () => {
    assert.equal(Math.sign(compareVersions(a, b)), sign)
    assert.equal(Math.sign(compareVersions(b, a)), sign === 0 ? 0 : -sign)
  })
}

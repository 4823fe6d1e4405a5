import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prepareCell } from '../prepare-cell.ts'
import { rewriteMagics } from './rewrite-magics.ts'

describe('magics of a cell', () => {
  for (const [from, to] of [
    ['%%track', 'await __runwright.magic("track", "");'],
    ['%%track "a b" --params\nconst a = 1', 'await __runwright.magic("track", "\\"a b\\" --params");\nconst a = 1'],
    ['%runs', 'await __runwright.magic("runs", "");'],
    ['x()\n%compare a b  \r', 'x()\nawait __runwright.magic("compare", "a b");'],
    ['const found = %runs -n 3', 'const found = await __runwright.magic("runs", "-n 3");'],
  ] as const) {
    it(`${from.replaceAll('\n', '⏎')} is a call`, () => {
      assert.equal(rewriteMagics(from), to)
      assert.equal(prepareCell(from, 1).kind, 'ready')
    })
  }

  for (const code of ['a %runs', '  %runs', 'x\n%%track a', '%serve', '%runsome', '%%tracked', 'const a = 7 % 3']) {
    it(`${code.replaceAll('\n', '⏎')} stays`, () => assert.equal(rewriteMagics(code), code))
  }
})

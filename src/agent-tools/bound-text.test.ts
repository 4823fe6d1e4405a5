import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { boundText } from './bound-text.ts'
import { markdownTable } from '../base/markdown-table.ts'

describe('an answer of bounded length', () => {
  it('is whole where it fits, else ends with a line and says how much is missing', () => {
    assert.equal(boundText('abc', 3), 'abc')
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n')
    const cut = boundText(lines, 300)
    assert.ok(cut.length <= 300)
    const [, kept = '', missing = ''] = /^(.*)\n… (\d+) more characters are left out/s.exec(cut) ?? []
    assert.ok(lines.startsWith(`${kept}\n`))
    assert.equal(kept.length + Number(missing), lines.length)
  })

  it('cuts one long line, but not a character', () => {
    for (const length of [200, 201]) {
      const cut = boundText('🚀'.repeat(500), length)
      assert.ok(cut.length <= length && cut.isWellFormed())
    }
  })

  it('keeps what comes from runs in its cell', () => {
    assert.equal(markdownTable(['a|b'], [['x\n| y |'], ['\\']]), '| a\\|b |\n|---|\n| x \\| y \\| |\n| \\\\ |\n')
  })
})

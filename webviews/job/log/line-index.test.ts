import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLineIndex } from './line-index.ts'

const escape = String.fromCodePoint(27)

/** The lines that an index finds in a text whose bytes come a few at a time. */
function listLines(text: string, stride = 3) {
  const bytes = new TextEncoder().encode(text)
  const index = createLineIndex()
  for (let at = 0; at < bytes.length; at += stride) index.add(bytes.subarray(at, at + stride))
  const decoder = new TextDecoder()
  const lines = Array.from({ length: index.count }, (_, line) => {
    const { start, end } = index.range(line)
    return decoder.decode(bytes.subarray(start, end))
  })
  return { index, lines }
}

describe('the lines of a log', () => {
  it('end at line breaks of either kind, and the last may have none', () => {
    assert.deepEqual(listLines('a\r\n\nb é\nlast').lines, ['a', '', 'b é', 'last'])
    assert.deepEqual(listLines('a\n').lines, ['a'])
    assert.deepEqual(listLines('').lines, [])
  })

  it('show what a progress bar wrote last', () => {
    const { lines } = listLines('start\n 10 %\r 50 %\r100 %\nnext\r')
    assert.deepEqual(lines, ['start', '100 %', 'next'])
    assert.deepEqual(listLines('\r 1\r 2').lines, [' 2'])
  })

  it('are the same however the bytes were cut', () => {
    const text = `one\r\ntwo\rthree\n${escape}[31mred\nstill\n${escape}[0mplain\n`
    for (const stride of [1, 2, 7, 1000]) {
      const { index, lines } = listLines(text, stride)
      assert.deepEqual(lines, ['one', 'three', `${escape}[31mred`, 'still', `${escape}[0mplain`])
      const styles = lines.map((_, line) => index.styleBefore(line))
      assert.deepEqual(styles, ['', '', '', `${escape}[31m`, `${escape}[31m`])
    }
  })

  it('keep colours that add up until they are taken back, and no other sequences', () => {
    const { index } = listLines(
      `${escape}[1m${escape}[32m${escape}[2K${escape}]0;title\na\n${escape}[0;4mb\nc\n${escape}[m\nd`,
    )
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((line) => index.styleBefore(line)),
      [`${escape}[1m${escape}[32m`, `${escape}[1m${escape}[32m`, `${escape}[0;4m`, `${escape}[0;4m`, ''],
    )
  })
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseAnsi, stripAnsi } from './ansi.ts'

const escape = String.fromCodePoint(27)
const bell = String.fromCodePoint(7)

it('a line becomes stretches of one look, by the theme’s colours, the palette and parts', () => {
  const line = `a${escape}[1;31mb${escape}[22;94mc${escape}[38;5;196;48;5;244md${escape}[38;2;1;2;3;49me${escape}[mf`
  assert.deepEqual(parseAnsi(line), [
    { text: 'a', style: {} },
    { text: 'b', style: { isBold: true, foreground: 1 } },
    { text: 'c', style: { foreground: 12 } },
    { text: 'd', style: { foreground: 'rgb(255, 0, 0)', background: 'rgb(128, 128, 128)' } },
    { text: 'e', style: { foreground: 'rgb(1, 2, 3)' } },
    { text: 'f', style: {} },
  ])
})

it('what steers a terminal is not shown', () => {
  const line = `${escape}]0;title${bell}a${escape}[2K${escape}[1Gb${escape}(c${String.fromCodePoint(0)}\td${escape}]8;;http://x${escape}\\e`
  assert.equal(stripAnsi(line), 'ab(c\tde')
  assert.deepEqual(
    parseAnsi(line)
      .map(({ text }) => text)
      .join(''),
    'ab(c\tde',
  )
})

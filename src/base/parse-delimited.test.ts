import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseDelimited } from './parse-delimited.ts'

describe('a delimited text', () => {
  it('has a record a line, whatever ends the lines', () => {
    assert.deepEqual(parseDelimited('a,b\r\n1,2\n3,4', ','), [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ])
    assert.deepEqual(parseDelimited('a\n\nb\n', ','), [['a'], ['b']])
  })

  it('has delimiters, quotes and line breaks in quoted fields', () => {
    assert.deepEqual(parseDelimited('"a,b","say ""yes""","two\nlines"\n', ','), [['a,b', 'say "yes"', 'two\nlines']])
    assert.deepEqual(parseDelimited('"a"b,c', ','), [['ab', 'c']])
    assert.deepEqual(parseDelimited('"never closed,1', ','), [['never closed,1']])
  })

  it('keeps empty fields', () => {
    assert.deepEqual(parseDelimited(',x,\n,,', ','), [
      ['', 'x', ''],
      ['', '', ''],
    ])
  })

  it('takes tabs, and leaves out a byte order mark', () => {
    assert.deepEqual(parseDelimited('\uFEFFa\tb,c\n', '\t'), [['a', 'b,c']])
  })
})

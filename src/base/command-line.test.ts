import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { array, assert as assertProperty, property, string } from 'fast-check'
import { joinCommandLine, splitCommandLine } from './command-line.ts'

describe('a command line', () => {
  const split: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['', []],
    ['  python  train.py ', ['python', 'train.py']],
    [`--name 'two words' --empty ""`, ['--name', 'two words', '--empty', '']],
    [String.raw`"say \"hi\"" a\ b`, ['say "hi"', 'a b']],
    [String.raw`C:\Python\python.exe train.py`, [String.raw`C:\Python\python.exe`, 'train.py']],
    [String.raw`'back\slash'`, [String.raw`back\slash`]],
    [`--note='it is'"nt"`, [`--note=it isnt`]],
    [`"open`, undefined],
  ]
  for (const [line, words] of split) {
    it(`${line} has the words ${JSON.stringify(words)}`, () => assert.deepEqual(splitCommandLine(line), words))
  }

  it('gives back the words it was joined from', () => {
    assertProperty(
      property(array(string({ unit: 'grapheme' })), (words) => {
        assert.deepEqual(splitCommandLine(joinCommandLine(words)), words)
      }),
    )
  })
})

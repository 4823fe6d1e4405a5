import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RunwrightError } from '../protocol/errors.ts'
import { substituteParams } from '../protocol/substitute-params.ts'
import { parseParams } from './params.ts'

describe('params on the command line', () => {
  it('are split at the first equals sign', () => {
    assert.deepEqual(parseParams(['lr=0.1', 'expr=a=b', 'note=']), [
      { key: 'lr', value: '0.1' },
      { key: 'expr', value: 'a=b' },
      { key: 'note', value: '' },
    ])
  })

  it('are refused without a key, without a value sign, and given twice', () => {
    for (const words of [['lr'], ['=1'], [''], ['a=1', 'a=2']]) {
      assert.throws(
        () => parseParams(words),
        (error) => error instanceof RunwrightError && error.code === 'INVALID_PARAMETER_VALUE',
        words.join(' '),
      )
    }
  })

  it('take the place of their names in braces, as often as they stand there', () => {
    const params = parseParams(['lr=0.1', 'out dir=x y', '__proto__=p'])
    assert.deepEqual(substituteParams(['--lr={lr}', '{lr}{out dir}', '{__proto__}'], params), [
      '--lr=0.1',
      '0.1x y',
      'p',
    ])
  })

  it('leave other braces alone, and what a value brings in', () => {
    const params = parseParams(['a={b}', 'b=1'])
    assert.deepEqual(substituteParams(['{a}', '{toString}', '${HOME}', '{"b": 1}', '{}'], params), [
      '{b}',
      '{toString}',
      '${HOME}',
      '{"b": 1}',
      '{}',
    ])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findCall, readInspection, readSignature } from './inspection.ts'

describe('what a kernel says of a name', () => {
  it('is text without colours, and nothing where there is none', () => {
    assert.equal(readInspection({ 'text/plain': '\u001b[31mType:\u001b[39m int\n' }), 'Type: int')
    assert.equal(readInspection({ 'text/html': '<b>' }), undefined)
    assert.equal(readInspection(null), undefined)
  })
})

describe('the signature in it', () => {
  it('is the call with its parameters and its docstring', () => {
    const said =
      'Signature: f(a, b=(1, 2), *, c: dict[str, int] = {"x,": 1}) -> int\nDocstring: Adds.\nFile:      /a.py'
    assert.deepEqual(readSignature(said), {
      label: 'f(a, b=(1, 2), *, c: dict[str, int] = {"x,": 1}) -> int',
      parameters: ['a', 'b=(1, 2)', '*', 'c: dict[str, int] = {"x,": 1}'],
      documentation: 'Adds.',
    })
  })

  it('is one line where it was several', () => {
    const said = 'Signature:\nf(\n    a,\n    b=2,\n)\nDocstring:\nFirst.\n\nSecond: more.\nType:      function'
    const signature = readSignature(said)
    assert.equal(signature?.label, 'f(a, b=2)')
    assert.deepEqual(signature.parameters, ['a', 'b=2'])
    assert.match(signature.documentation, /^First\./)
  })

  it('is that of the constructor for a class, and none for a value', () => {
    assert.equal(readSignature('Init signature: C(x)\nDocstring: A class.\nType: type')?.label, 'C(x)')
    assert.equal(readSignature('Type: int\nString form: 3'), undefined)
    assert.equal(readSignature('Signature: f(a'), undefined)
  })
})

describe('the call that is being written', () => {
  const at = (code: string) => findCall(code.replace('|', ''), code.indexOf('|'))

  it('is the innermost one that is open, with the arguments before', () => {
    assert.deepEqual(at('f(|)'), { end: 1, argument: 0 })
    assert.deepEqual(at('f(a, g(1, 2), |)'), { end: 1, argument: 2 })
    assert.deepEqual(at('f(a, g(1, |2), 3)'), { end: 6, argument: 1 })
    assert.deepEqual(at('f([1, 2, |], 3)'), { end: 1, argument: 0 })
  })

  it('is none outside of calls and in brackets of a value', () => {
    assert.equal(at('f(a)|'), undefined)
    assert.equal(at('x = (1, |2)'), undefined)
    assert.equal(at('|'), undefined)
  })
})

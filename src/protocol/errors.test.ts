import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorCodes, isErrorCode, parseErrorBody, RunwrightError, toErrorBody } from './errors.ts'

describe('errors on the wire', () => {
  it('come back with code, message and hint', () => {
    const sent = new RunwrightError('STORAGE_FULL', 'The disk is full.', { hint: 'Free some space.' })
    const received = parseErrorBody(JSON.parse(JSON.stringify(toErrorBody(sent))), 507)
    assert.deepEqual(
      [received.code, received.message, received.hint],
      ['STORAGE_FULL', 'The disk is full.', 'Free some space.'],
    )
  })

  it('leave out a hint that is not there', () => {
    assert.deepEqual(toErrorBody(new RunwrightError('INVALID_STATE', 'No.')), {
      error_code: 'INVALID_STATE',
      message: 'No.',
    })
  })

  it('are made from the status when the body is no error', () => {
    assert.equal(parseErrorBody('<html>', 401).code, 'UNAUTHENTICATED')
    assert.equal(parseErrorBody(undefined, 418).code, 'INTERNAL_ERROR')
  })

  it('take no code from the prototype of an object', () => {
    assert.equal(isErrorCode('constructor'), false)
    assert.equal(isErrorCode('__proto__'), false)
  })

  it('have a status that is an error', () => {
    for (const [code, { status }] of Object.entries(errorCodes)) assert.ok(status >= 400 && status < 600, code)
  })
})

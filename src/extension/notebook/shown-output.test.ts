import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toShownItems, toShownOutput } from './shown-output.ts'

function textOf(data: Uint8Array | undefined): string {
  return new TextDecoder().decode(data)
}

describe('what VS Code is given of an output', () => {
  it('is a stream by its name', () => {
    const shown = toShownOutput({ kind: 'stream', name: 'stderr', text: 'oh ö\n' })
    assert.equal(shown?.items[0]?.mime, 'application/vnd.code.notebook.stderr')
    assert.equal(textOf(shown.items[0].data), 'oh ö\n')
    assert.equal(shown.metadata['outputType'], 'stream')
  })

  it('is an error with its traceback, for the screen and for the file', () => {
    const traceback = ['\u001b[31mValueError\u001b[0m', 'line 2\nline 3']
    const shown = toShownOutput({ kind: 'error', name: 'ValueError', message: 'no', traceback })
    assert.deepEqual(JSON.parse(textOf(shown?.items[0]?.data)), {
      name: 'ValueError',
      message: 'no',
      stack: traceback.join('\n'),
    })
    const original = { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback }
    assert.deepEqual(shown?.metadata, { outputType: 'error', originalError: original })
  })

  it('is a result with its count and its metadata', () => {
    const metadata = { 'image/png': { width: 10 } }
    const shown = toShownOutput({ kind: 'result', data: {}, metadata, executionCount: 7, displayId: 'd' })
    assert.deepEqual(shown?.metadata, {
      outputType: 'execute_result',
      executionCount: 7,
      metadata,
      transient: { display_id: 'd' },
    })
  })

  it('is bytes for pictures, values for JSON, text for all else', () => {
    const data = {
      'image/png': Buffer.from([1, 2, 3]).toString('base64'),
      'image/svg+xml': '<svg/>',
      'application/json': { a: [1] },
      'application/vnd.x+json': 'text',
      'text/html': '<b>x</b>',
      'text/latex': '$x$',
    }
    const items = new Map(toShownItems(data).map(({ mime, data }) => [mime, data]))
    assert.deepEqual([...(items.get('image/png') ?? [])], [1, 2, 3])
    assert.equal(textOf(items.get('image/svg+xml')), '<svg/>')
    assert.equal(textOf(items.get('application/json')), '{"a":[1]}')
    assert.equal(textOf(items.get('application/vnd.x+json')), '"text"')
    assert.equal(textOf(items.get('text/html')), '<b>x</b>')
    assert.equal(textOf(items.get('text/latex')), '$x$')
  })

  it('is nothing for what is no output', () => {
    assert.equal(toShownOutput({ kind: 'clear', waits: false }), undefined)
    assert.equal(toShownOutput({ kind: 'input', prompt: '', isPassword: false }), undefined)
  })
})

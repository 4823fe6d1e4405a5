import assert from 'node:assert/strict'
import { it } from 'node:test'
import { escapeHtml } from './escape-html.ts'

it('a text in HTML ends no element and no attribute', () => {
  assert.equal(escapeHtml('<b title="R&D">é</b>'), '&#60;b title=&#34;R&#38;D&#34;&#62;é&#60;/b&#62;')
})

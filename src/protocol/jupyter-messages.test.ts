import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { type JupyterMessage, parseMessage, toCodePoints, toMessageTexts, toUtf16Units } from './jupyter-messages.ts'

const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
const header = fc.record({
  msg_id: fc.string(),
  session: fc.string(),
  username: fc.string(),
  date: fc.string(),
  msg_type: fc.string(),
  version: fc.constant('5.4'),
})

/** JSON has one zero; and whoever makes an object of text makes one with a prototype. */
function asJson<T>(value: T): unknown {
  return JSON.parse(JSON.stringify(value))
}

it('a message is read as it was written', () => {
  fc.assert(
    fc.property(header, fc.option(header), json, json, (header, parent, metadata, content) => {
      const message: JupyterMessage = {
        channel: 'shell',
        header,
        parent_header: parent ?? {},
        metadata,
        content,
        buffers: [],
      }
      assert.deepEqual(asJson(parseMessage('shell', toMessageTexts(message), [])), asJson(message))
    }),
  )
})

it('what is no message is refused with a sentence, whatever it is', () => {
  const refuses = (texts: readonly string[]) =>
    assert.throws(() => parseMessage('iopub', texts, []), { code: 'BAD_REQUEST', message: /no Jupyter message/ })
  for (const texts of [[], ['{}'], ['{', '{}', '{}', '{}'], ['{"msg_id":1,"msg_type":"a"}', '{}', '{}', '{}']])
    refuses(texts)
  const head = '{"msg_id":"a","msg_type":"b"}'
  refuses([head, '{}', '{}', '[]'])
})

it('an output that cannot be read says so in its place', () => {
  const head = '{"msg_id":"a","msg_type":"display_data"}'
  const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`
  const { header, content } = parseMessage('iopub', [head, '{}', '{}', deep], [])
  assert.equal(header.msg_type, 'stream')
  assert.match(String(content['text']), /left out/)
  assert.throws(() => parseMessage('shell', [head, '{}', '{}', deep], []), { code: 'BAD_REQUEST' })
})

it('positions are counted in the units of either side', () => {
  assert.equal(toCodePoints('a𝒳b', 3), 2)
  assert.equal(toUtf16Units('a𝒳b', 2), 3)
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '𝒳') }), fc.nat(), (text, at) => {
      const points = at % ([...text].length + 1)
      assert.equal(toCodePoints(text, toUtf16Units(text, points)), points)
    }),
  )
  assert.equal(toUtf16Units('ab', 9), 2)
})

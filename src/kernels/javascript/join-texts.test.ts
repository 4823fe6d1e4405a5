import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { joinTexts } from './join-texts.ts'
import type { LineFromKernel } from './kernel-lines.ts'

function text(text: string, parent = 'a', name = 'stdout'): LineFromKernel {
  return { kind: 'message', channel: 'iopub', type: 'stream', parent, content: { name, text } }
}

it('texts of one stream that come together are one, and all is in its order', async () => {
  const written: LineFromKernel[] = []
  const { tell, flush } = joinTexts((line) => written.push(line))
  for (const line of [text('1'), text('2'), text('3', 'a', 'stderr'), text('4', 'b'), text('5', 'b')]) tell(line)
  tell({ kind: 'pong' })
  tell(text('6'))
  await setImmediate()
  assert.deepEqual(written, [text('12'), text('3', 'a', 'stderr'), text('45', 'b'), { kind: 'pong' }, text('6')])
  tell(text('7'))
  flush()
  await setImmediate()
  assert.deepEqual(written.slice(5), [text('7')])
})

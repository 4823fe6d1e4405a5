import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JupyterMessage, KernelChannel } from '../../protocol/jupyter-messages.ts'
import { createExecutionWatch, type ExecutionWatch } from './execution-watch.ts'
import { replaceLost } from './loss-messages.ts'

function message(
  channel: KernelChannel,
  type: string,
  { id = 'x', parent = 'cell', content = {} }: { id?: string; parent?: string; content?: JupyterMessage['content'] },
): JupyterMessage {
  const header = { msg_id: id, session: '', username: '', date: '', msg_type: type, version: '5.4' }
  return { channel, header, parent_header: { msg_id: parent }, metadata: {}, content, buffers: [] }
}

const request = message('shell', 'execute_request', { id: 'cell', parent: '' })
const text = (id: string) => message('iopub', 'stream', { id })
const reply = (id: string) => message('shell', 'execute_reply', { id })
const idle = (id: string) => message('iopub', 'status', { id, content: { execution_state: 'idle' } })

/** One that is in the midst of a cell, with message 10 the last before it. */
function begun(): ExecutionWatch {
  const watch = createExecutionWatch('ours')
  watch.heard(message('iopub', 'status', { id: 'kernel_7_10', parent: 'other' }))
  watch.sent(request)
  watch.heard(text('kernel_7_11'))
  watch.broke()
  return watch
}

describe('what came of an execution', () => {
  it('is whole when no number is missing, in whatever order the channels come', () => {
    const watch = begun()
    assert.equal(watch.heard(reply('kernel_7_13')), undefined)
    assert.equal(watch.heard(text('kernel_7_12')), undefined)
    assert.equal(watch.heard(idle('kernel_7_14')), 'ended')
    assert.equal(watch.missing(), 0)
  })

  it('has as many holes as there are messages that did not come, until its end', () => {
    const watch = begun()
    watch.heard(reply('kernel_7_14'))
    assert.equal(watch.heard(idle('kernel_7_15')), 'ended')
    watch.heard(message('iopub', 'status', { id: 'kernel_7_40', parent: 'other' }))
    assert.equal(watch.missing(), 2)
    watch.heard(text('kernel_7_13'))
    assert.equal(watch.missing(), 1)
  })

  it('cannot be told of a kernel that numbers nothing', () => {
    const watch = createExecutionWatch('ours')
    watch.sent(request)
    watch.heard(reply('8c0f'))
    assert.equal(watch.heard(idle('8c10')), 'ended')
    assert.equal(watch.missing(), undefined)
  })

  it('does not count what the server says itself, or a process that the kernel has forked', () => {
    const watch = begun()
    assert.equal(watch.heard(text('ours_1_900')), undefined)
    assert.equal(watch.heard(text('kernel_8_0')), undefined)
    watch.heard(reply('kernel_7_12'))
    watch.heard(idle('kernel_7_13'))
    assert.equal(watch.missing(), 0)
  })

  it('is of another kernel when its session is another', () => {
    assert.equal(begun().heard(text('other_9_0')), 'replaced')
  })
})

describe('what is told in place of what was lost', () => {
  const make = (channel: KernelChannel, type: string, content: JupyterMessage['content']) =>
    message(channel, type, { content })
  const told = (watch: ExecutionWatch) => {
    const { current } = watch
    assert(current !== undefined)
    return replaceLost(current, { server: 'lab', missing: watch.missing(), make })
  }

  it('ends an execution whose end did not come as failed, and says so', () => {
    const [said, ...ends] = told(begun())
    assert.match(String(said?.content['text']), /connection to lab broke.*How it ended did not come/)
    assert.deepEqual(
      ends.map(({ header, content }) => [header.msg_type, content['status'] ?? content['execution_state']]),
      [
        ['execute_reply', 'error'],
        ['status', 'idle'],
      ],
    )
  })

  it('leaves the end of one that has one', () => {
    const watch = begun()
    watch.heard(reply('kernel_7_13'))
    watch.heard(idle('kernel_7_14'))
    const all = told(watch)
    assert.deepEqual([all.length, all[0]?.parent_header.msg_id], [1, 'cell'])
    assert.match(String(all[0]?.content['text']), /1 message of its kernel did not come/)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tagNames } from '../../protocol/tag-names.ts'
import { findParamFault, listFormLines } from './rerun-form.ts'

const run = {
  name: 'otter',
  tags: [
    { key: tagNames.command, value: '["python","train.py","--lr","0.1","--depth","3"]' },
    { key: tagNames.commandTemplate, value: '["python","train.py","--lr","{lr}","--depth","3"]' },
    { key: tagNames.launchParams, value: '["lr"]' },
  ],
  params: [
    { key: 'seed', value: '7' },
    { key: 'lr', value: '0.1' },
    { key: 'depth', value: '3' },
  ],
}

const show = (changes: Record<string, string>) =>
  listFormLines(run, new Map(Object.entries(changes))).map(({ kind, key, description }) =>
    [kind, key, description].filter((part) => part !== '').join(' | '),
  )

describe('the form of a run started again', () => {
  it('shows the command, what can be changed, and apart from it what cannot', () => {
    assert.deepEqual(show({}), [
      'start | python train.py --lr 0.1 --depth 3',
      'param | depth | 3',
      'param | lr | 0.1',
      'add',
      'fixed | seed | 7',
    ])
  })

  it('shows each change, in the command as well', () => {
    assert.deepEqual(show({ lr: '0.2', depth: '4', note: 'a b' }), [
      'start | python train.py --lr 0.2 --depth 4',
      'param | depth | 3 → 4',
      'param | lr | 0.1 → 0.2',
      'param | note | new: a b',
      'add',
      'fixed | seed | 7',
    ])
  })

  it('refuses a param that it could not give to the run', () => {
    const lines = listFormLines(run, new Map())
    assert.equal(findParamFault('note=x=1', lines), undefined)
    assert.match(findParamFault('note', lines) ?? '', /KEY=VALUE/)
    assert.match(findParamFault('=1', lines) ?? '', /KEY=VALUE/)
    assert.match(findParamFault('a,b=1', lines) ?? '', /Names may only contain/)
    assert.match(findParamFault('seed=1', lines) ?? '', /set by the program/)
    assert.match(findParamFault('lr=1', lines) ?? '', /in the list already/)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { listUserTags } from './edit-tags.ts'
import { listChoices } from './pick-or-type.ts'

describe('the tags one edits', () => {
  it('are those of users, with the values that the runs have', () => {
    const tag = (key: string, value: string) => ({ key, value })
    const runs = [
      { tags: [tag('stage', 'draft'), tag('mlflow.user', 'ada'), tag('runwright.exit', '0')] },
      { tags: [tag('stage', 'final'), tag('mlflow.note.content', 'good'), tag('alpha', '1')] },
      { tags: [tag('stage', 'draft')] },
    ]
    assert.deepEqual(
      [...listUserTags(runs)].map(([key, values]) => [key, ...values]),
      [
        ['alpha', '1'],
        ['mlflow.note.content', 'good'],
        ['stage', 'draft', 'final'],
      ],
    )
  })

  it('are picked from those in use, or typed', () => {
    assert.deepEqual(listChoices(['stage', 'team'], ''), ['stage', 'team'])
    assert.deepEqual(listChoices(['stage', 'team'], ' sta '), ['sta', 'stage', 'team'])
    assert.deepEqual(listChoices(['stage', 'team'], 'team'), ['stage', 'team'])
  })
})

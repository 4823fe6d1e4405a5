import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRunId } from '../../../src/protocol/ids.ts'
import type { LoggedArtifact } from '../../../src/protocol/logged-artifacts.ts'
import { findAt, groupEntries, isMedium, listSteps } from './entries.ts'

const [first, second] = ['1', '2'].map((digit) => parseRunId(digit.repeat(32)))
assert.ok(first !== undefined && second !== undefined)

const image = (runId: typeof first, step: number): LoggedArtifact => ({
  runId,
  path: `masks_step_${step}.png`,
  kind: 'image',
  key: 'masks',
  step,
  sizeBytes: 1,
})
const text: LoggedArtifact = { runId: first, path: 'a.txt', kind: 'text', key: 'a.txt', step: null, sizeBytes: 1 }
const entries = groupEntries([text, image(first, 0), image(second, 0), image(first, 5), image(second, 10)])
const [masks, note] = entries
assert.ok(masks !== undefined && note !== undefined)

describe('entries of the artifacts of runs', () => {
  it('put together what has one key, pictures first', () => {
    assert.deepEqual(
      entries.map(({ key, kind, steps, runCount }) => [key, kind, steps, runCount]),
      [
        ['masks', 'image', [0, 5, 10], 2],
        ['a.txt', 'text', [], 1],
      ],
    )
    assert.deepEqual(entries.map(isMedium), [true, false])
    assert.deepEqual(listSteps(entries), [0, 5, 10])
  })

  it('have for each run what it had logged last at a step', () => {
    const at = (step: number) => [first, second].map((runId) => findAt(masks, runId, step)?.step)
    assert.deepEqual(
      [at(0), at(7), at(Infinity)],
      [
        [0, 0],
        [5, 0],
        [5, 10],
      ],
    )
    assert.deepEqual(at(-1), [undefined, undefined])
  })

  it('are there at any step where they have none', () => {
    assert.equal(findAt(note, first, 3), text)
    assert.equal(findAt(note, second, 3), undefined)
  })
})

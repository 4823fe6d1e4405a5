import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fillTemplate, listUnknown } from './command-template.ts'

describe('a template of a command', () => {
  it('is filled in within its words, which stay words', () => {
    const evil = '$(touch x); `id` "a\' b'
    assert.deepEqual(
      fillTemplate(['qsub', '-N', '{key}', '--x={key}-{gpus}', '{script}'], { key: evil, gpus: '2', script: '/a b' }),
      ['qsub', '-N', evil, `--x=${evil}-2`, '/a b'],
    )
  })

  it('takes a list as a word each', () => {
    assert.deepEqual(fillTemplate(['qstat', '{ids}'], { ids: ['1', '2'] }), ['qstat', '1', '2'])
    assert.deepEqual(fillTemplate(['qstat', '{ids}'], { ids: [] }), ['qstat'])
  })

  it('leaves out the word whose value is not there', () => {
    assert.deepEqual(fillTemplate(['submit', '--time={timeMinutes}', '{key}'], { key: 'k' }), ['submit', 'k'])
  })

  it('never fills in what a value has brought', () => {
    assert.deepEqual(fillTemplate(['{key}'], { key: '{script}', script: '/s' }), ['{script}'])
  })

  it('leaves braces that name nothing of ours to whoever looks for them', () => {
    assert.deepEqual(listUnknown(['{key}', '{jobid} {x}', '{', '{}']), ['jobid', 'x'])
  })
})

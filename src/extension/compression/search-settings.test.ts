import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  findGoalFault,
  newSearchSettings,
  parseSearchSettings,
  splitGoals,
  toCompressWords,
} from './search-settings.ts'

describe('the settings of a search', () => {
  it('are those of the last time, but for what is no longer right', () => {
    const remembered = { data: '/w/a.npz', goals: ['p99<=20ms'], target: 'edge-box', budget: '1h' }
    assert.deepEqual(parseSearchSettings(remembered, newSearchSettings), remembered)
    const broken = { data: '', goals: ['fast'], target: 3, budget: 'long' }
    assert.deepEqual(parseSearchSettings(broken, newSearchSettings), newSearchSettings)
    assert.deepEqual(parseSearchSettings('none', newSearchSettings), newSearchSettings)
  })

  it('take goals in one line, and say what is wrong with one', () => {
    assert.deepEqual(splitGoals(' accuracy-drop<=1%, p99<=20ms;size<=10MB ,'), [
      'accuracy-drop<=1%',
      'p99<=20ms',
      'size<=10MB',
    ])
    assert.equal(findGoalFault('accuracy-drop<=1%, p99<=20ms'), undefined)
    assert.match(findGoalFault('p99<=20') ?? '', /“20” is no time.*20ms/)
  })

  it('are words of the command line, whatever files are called', () => {
    const settings = { ...newSearchSettings, data: '/w/a b.npz', goals: ['size<=1MB', 'p99<=5ms'] }
    assert.deepEqual(toCompressWords('/w/-m.onnx', '/w/out.onnx', settings), [
      'compress',
      '--data=/w/a b.npz',
      '--goal=size<=1MB',
      '--goal=p99<=5ms',
      '--target=this-machine',
      '--budget=10m',
      '--out=/w/out.onnx',
      '--resume',
      '--',
      '/w/-m.onnx',
    ])
  })
})

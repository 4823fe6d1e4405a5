import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseElements, type ElementCommand, isOfUnknownRow } from './command.ts'
import { isRunElement, type RunElement } from './tree/element.ts'
import { newExperiment, newRun } from './tree/test-elements.ts'

const command: ElementCommand<RunElement> = {
  id: 'runwright.stop',
  title: 'Stop',
  appliesTo: '',
  accepts: isRunElement,
  async run() {},
}
const [first, second, experiment] = [newRun(1), newRun(2), newExperiment()]

describe('a command about runs', () => {
  it('is for the one whose menu was used, whatever is selected', () => {
    assert.deepEqual(chooseElements(command, [first, undefined], [second]), [first])
    assert.deepEqual(chooseElements(command, [first, [second, experiment]], [second]), [first])
  })

  it('is for all that are selected when the menu belongs to one of them', () => {
    assert.deepEqual(chooseElements(command, [first, [first, experiment, second]], []), [first, second])
  })

  it('is for those selected when it comes from the palette or a key', () => {
    assert.deepEqual(chooseElements(command, [], [experiment, second]), [second])
    assert.deepEqual(chooseElements(command, [undefined], [experiment, second]), [second])
  })

  it('is for nothing, and not for what is selected, when VS Code has lost the row whose menu was used', () => {
    assert.deepEqual(chooseElements(command, [undefined, undefined], [second]), [])
    assert.equal(isOfUnknownRow([undefined, undefined]), true)
    assert.equal(isOfUnknownRow([]), false)
    assert.equal(isOfUnknownRow([undefined]), false)
    assert.equal(isOfUnknownRow([first]), false)
  })

  it('is for one only when it takes one', () => {
    assert.deepEqual(chooseElements({ ...command, takes: 'one' }, [], [second, first]), [second])
  })

  it('is for none when what it is given is no run', () => {
    for (const value of [experiment, 'run', null, { kind: 'run' }]) {
      assert.deepEqual(chooseElements(command, [value], [first]), [])
    }
  })
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { chooseCases, listCases, measuresOf } from './cases.ts'

it('each measure of each case has an id of its own, and quick ones are the same', () => {
  const idsOf = (isQuick: boolean) => listCases(isQuick).flatMap((each) => measuresOf(each).map(([id]) => id))
  const ids = idsOf(false)
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(idsOf(true), ids)
})

it('weights are compared where the settings are equal alone, and accuracy where there are labels', () => {
  for (const each of listCases(false)) {
    const names = measuresOf(each).map(([id]) => id.slice(each.id.length + 1))
    assert.equal(names.includes('different'), each.peer === 'onnxruntime', each.id)
    assert.equal(names.includes('lost'), each.model === 'digits', each.id)
  }
})

it('the cases of a model are chosen by its name, and all of them without one', () => {
  const cases = listCases(true)
  assert.deepEqual(
    chooseCases(cases, 'digits').map(({ id }) => id),
    ['digits-static-min-max', 'digits-static-entropy'],
  )
  assert.equal(chooseCases(cases, undefined), cases)
  assert.throws(() => chooseCases(cases, 'nothing'), /There are: minilm, /)
})

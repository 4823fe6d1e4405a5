import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ModelProto } from 'onnx-buf'
import { applyPass, findPass, listPasses } from '../../src/compress/apply-pass.ts'
import type { CompressionPass, PassResult } from '../../src/compress/pass.ts'
import { readOptions } from '../../src/compress/pass-options.ts'
import { compareOutputs, runModel, testContext } from '../../src/compress/test-runtime.ts'
import { makeGraph, makeModel, makeNode } from '../../src/onnx/build-graph.ts'
import { checkNames } from '../../src/onnx/check-names.ts'
import { eachGraph } from '../../src/onnx/graph.ts'
import { readModel, writeModel } from '../../src/onnx/model.ts'
import { sortNodes } from '../../src/onnx/sort-nodes.ts'
import { testModels } from '../../src/onnx/test-models.ts'
import { forestModel } from '../../src/onnx/test-forest.ts'
import { isRefusal, refuses } from '../../src/onnx/test-refusal.ts'
import { wideModels } from '../../src/onnx/test-wide-models.ts'

/** Undefined when the pass refuses the model with a reason. */
async function tryPass(pass: CompressionPass, model: ModelProto): Promise<PassResult | undefined> {
  try {
    return await applyPass(pass, model, {}, testContext)
  } catch (error) {
    isRefusal(error, 'COMPRESSION_NOT_APPLICABLE', /does nothing for this model: .+\.$/)
    return undefined
  }
}

function checkGraphs({ graph }: ModelProto): void {
  for (const each of graph === undefined ? [] : eachGraph(graph)) {
    checkNames(each)
    assert.deepEqual(sortNodes(each), each.node)
  }
}

for (const pass of listPasses()) {
  describe(`the compression pass ${pass.name}`, () => {
    let applied = 0

    it('is known by a name of its own, and its options have values that they allow', () => {
      assert.match(pass.name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
      assert.equal(findPass(pass.name), pass)
      const defaults = readOptions(pass.title, pass.options, {})
      assert.deepEqual(readOptions(pass.title, pass.options, defaults), defaults)
      refuses('INVALID_PARAMETER_VALUE', /has no option “nonsense”/, () =>
        readOptions(pass.title, pass.options, { nonsense: 1 }),
      )
    })

    for (const [what, make] of [...testModels, ...wideModels]) {
      it(`gives a model that runs as the one it was given, or refuses it: ${what}`, async () => {
        const bytes = writeModel(make())
        const model = readModel(bytes, 'a.onnx')
        const result = await tryPass(pass, model)
        assert.deepEqual(writeModel(model), bytes, 'the model it was given is another one now')
        if (result === undefined) return
        applied += 1
        const written = writeModel(result.model)
        const again = await tryPass(pass, readModel(bytes, 'a.onnx'))
        assert.deepEqual(again && writeModel(again.model), written, 'the same input gives other bytes')
        checkGraphs(result.model)
        assert.ok(result.changes.length > 0, 'nothing was changed')
        for (const seed of [1, 2]) {
          const error = compareOutputs(await runModel(model, seed), await runModel(readModel(written, 'b.onnx'), seed))
          const bound = result.bound ?? (pass.needsTraining === true ? Number.MAX_VALUE : 0.1)
          assert.ok(error <= bound, `outputs differ by ${error}`)
        }
      })
    }

    it('gives a graph in order for one that is not', async () => {
      for (const make of testModels.values()) {
        const model = make()
        for (const graph of model.graph === undefined ? [] : eachGraph(model.graph)) graph.node.reverse()
        const result = await tryPass(pass, model)
        if (result !== undefined) checkGraphs(result.model)
      }
    })

    it('does something for one of them at least', () => assert.ok(applied > 0))

    it('refuses a model of trees, and says that it is one', async () => {
      await assert.rejects(
        async () => applyPass(pass, forestModel(), {}, testContext),
        (error) => isRefusal(error, 'COMPRESSION_NOT_APPLICABLE', /made of ai\.onnx\.ml\.TreeEnsembleClassifier/),
      )
    })

    it('refuses a graph that goes round in a circle', async () => {
      const nodes = [makeNode('Relu', ['a'], ['b']), makeNode('Neg', ['b'], ['a'])]
      const model = makeModel(makeGraph({ name: 'g', inputs: [], outputs: [], nodes }))
      await assert.rejects(
        async () => applyPass(pass, model, {}, testContext),
        (error) => isRefusal(error, 'BAD_REQUEST', /goes round in a circle/),
      )
    })
  })
}

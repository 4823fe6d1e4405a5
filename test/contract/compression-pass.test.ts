import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { ModelProto, NodeProto } from 'onnx-buf'
import { applyPass, findPass, listPasses } from '../../src/compress/apply-pass.ts'
import { compressFile } from '../../src/compress/compress-file.ts'
import { createHostContext } from '../../src/compress/host-context.ts'
import { openSampleData } from '../../src/compress/open-sample-data.ts'
import type { CompressionPass, PassResult } from '../../src/compress/pass.ts'
import { readOptions } from '../../src/compress/pass-options.ts'
import { compareOutputs, runModel, testContext } from '../../src/compress/test-runtime.ts'
import { weightsInMemory } from '../../src/compress/weights.ts'
import { makeGraph, makeModel, makeNode } from '../../src/onnx/build-graph.ts'
import { checkNames } from '../../src/onnx/check-names.ts'
import { eachGraph, nameNode } from '../../src/onnx/graph.ts'
import { readModelFile } from '../../src/onnx/model-file.ts'
import { ModelFailed } from '../../src/onnx/model-failed.ts'
import { readModel, writeModel } from '../../src/onnx/model.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { openSessionHost } from '../../src/onnx/session.ts'
import { sortNodes } from '../../src/onnx/sort-nodes.ts'
import { testModels } from '../../src/onnx/test-models.ts'
import { forestModel } from '../../src/onnx/test-forest.ts'
import { hostileModels, strangeNodesModel } from '../../src/onnx/test-hostile-models.ts'
import { isRefusal, refuses } from '../../src/onnx/test-refusal.ts'
import { testRuntime } from '../../src/onnx/test-runtime.ts'
import { wideModels } from '../../src/onnx/test-wide-models.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'

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

/** A folder for a model that is not to be trusted, beside a file that is none of its business. */
async function openHostileFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-hostile-'))
  const place = join(folder, 'model')
  const [outside, short] = [join(folder, 'outside'), 'short']
  await mkdir(place)
  await writeFile(outside, new Uint8Array(2 ** 20))
  await writeFile(join(place, short), new Uint8Array(100))
  const [model, target] = [join(place, 'hostile.onnx'), join(place, 'small.onnx')]
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(folder, { recursive: true }))
  const { signal } = new AbortController()
  const host = cleanup.use(await openSessionHost(testRuntime, {}, signal))
  const x = {
    dtype: 'float32',
    dims: [8, 32],
    data: Float32Array.from({ length: 256 }, (_, at) => Math.sin(at)),
  } as const
  const samples = join(folder, 'samples.npz')
  await writeArrayFile(samples, new Map([['x', x]]))
  const data = cleanup.use(await openSampleData(samples, [{ name: 'x', dtype: 'float32', dims: ['N', 32] }]))
  const context = createHostContext({ host, weights: weightsInMemory, data, signal })
  const owned = cleanup.move()
  return {
    outside,
    short,
    model,
    target,
    compress: (pass: CompressionPass) => compressFile(model, target, [{ pass: pass.name }], context),
    /** All that is in the folder of the model. */
    list: async () => (await readdir(place)).toSorted(),
    own: ['hostile.onnx', short],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What is wrong with models, of which a pass has said just that. */
const told = new Set<string>()
/** Passes that have made something of a model with nodes that nobody knows. */
const unimpressed = new Set<string>()

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

    it('refuses what is no model as it should be, by what is wrong with it, and leaves nothing behind', async () => {
      await using files = await openHostileFiles()
      for (const [what, { bytes, reason }] of hostileModels(files.outside, files.short)) {
        await writeFile(files.model, bytes)
        const error = await files.compress(pass).then(
          () => undefined,
          (refusal: unknown) => refusal,
        )
        assert.ok(error instanceof RunwrightError, `${what}: ${String(error)}`)
        if (reason.test(error.message)) told.add(what)
        const isHarmless = error.code === 'COMPRESSION_NOT_APPLICABLE' || error instanceof ModelFailed
        assert.ok(isHarmless || reason.test(error.message), `${what}: ${error.message}`)
        assert.deepEqual(await files.list(), files.own, what)
      }
    })

    it('leaves nodes alone that nobody knows', async () => {
      await using files = await openHostileFiles()
      const bytes = strangeNodesModel()
      await writeFile(files.model, bytes)
      const isStrange = ({ opType, domain }: NodeProto) => opType === 'Frobnicate' || domain === 'com.example'
      try {
        await files.compress(pass)
      } catch (error) {
        assert.ok(error instanceof RunwrightError, String(error))
        return
      }
      const strangersOf = (model: ModelProto) => model.graph?.node.filter(isStrange).map(nameNode)
      const strangers = strangersOf(readModel(bytes, 'strange.onnx'))
      assert.equal(strangers?.length, 3)
      assert.deepEqual(strangersOf(await readModelFile(files.target)), strangers)
      unimpressed.add(pass.name)
    })
  })
}

describe('hostile models', () => {
  it('are refused by some pass for the very thing that is wrong with them', () => {
    assert.deepEqual([...told].toSorted(), [...hostileModels('/outside', 'short').keys()].toSorted())
  })

  it('are no reason to refuse what is known between nodes that are not', () => {
    const expected = ['dynamic-int8', 'int8-storage', 'weight-int4']
    assert.deepEqual(
      expected.filter((name) => !unimpressed.has(name)),
      [],
    )
  })
})

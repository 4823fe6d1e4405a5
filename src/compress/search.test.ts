import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { writeModelFile } from '../onnx/model-file.ts'
import { oneOperatorModel } from '../onnx/test-session-models.ts'
import { listPasses } from './apply-pass.ts'
import { compressFile } from './compress-file.ts'
import { hashModel } from './hash-file.ts'
import { type SearchEvent, searchModels, type SearchSettings } from './search.ts'
import { layeredModel, pretendSearch, transformerModel, treeModel } from './search/test-search.ts'
import { testContext } from './test-runtime.ts'

describe('a search for a smaller model', { timeout: 300_000 }, () => {
  let folder: string
  let model: string
  let results = 0
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-search-'))
    model = join(folder, 'layered.onnx')
    await writeModelFile(layeredModel(), model)
  })
  after(() => rm(folder, { recursive: true, force: true }))
  const newFolder = () => join(folder, `results-${(results += 1)}`)

  it('recommends the cheapest that meets the goals, by a recipe that gives the same bytes again', async () => {
    const passes = listPasses().map(({ name }) => name)
    const settings = await pretendSearch({ model, folder: newFolder(), goals: ['max-error<=0.03'], passes })
    const { recommended, candidates, front, closest } = await searchModels(settings)
    assert.ok(recommended)
    assert.equal(closest, undefined)
    for (const { verdict } of candidates) {
      if (verdict.isGood) assert.ok(verdict.cost >= recommended.verdict.cost)
    }
    assert.ok(front.includes(recommended))
    const again = join(folder, 'again.onnx')
    await compressFile(model, again, recommended.steps, testContext)
    assert.equal(await hashModel(again), recommended.sha256)
  })

  for (const pass of ['weight-int8', 'int8-storage']) {
    it(`leaves the layers in float that suffer most by ${pass}, and no more than it has to`, async () => {
      const events: SearchEvent[] = []
      const settings = await pretendSearch({ model, folder: newFolder(), goals: ['max-error<=0.03'], passes: [pass] })
      const { recommended } = await searchModels({ ...settings, tell: (event) => events.push(event) })
      assert.deepEqual(
        recommended?.steps.map(({ keep }) => keep),
        [['c_m']],
        JSON.stringify(recommended?.steps),
      )
      assert.ok(events.some((event) => event.kind === 'layers' && event.done === 4 && event.total === 4))
    })
  }

  describe('of a transformer that integers nearly fit', () => {
    let transformer: string
    before(async () => {
      transformer = join(folder, 'transformer.onnx')
      await writeModelFile(transformerModel(), transformer)
    })

    /** A search that has time for so many models, the original included. */
    async function searchFor(count: number, passes: readonly string[]) {
      const goals = ['max-error<=0.02']
      const settings = await pretendSearch({ model: transformer, folder: newFolder(), goals, passes })
      let done = 0
      let looks = 0
      const result = await searchModels({
        ...settings,
        budgetMs: count,
        now: () => done,
        evaluate(path) {
          done += 1
          return settings.evaluate(path)
        },
        tell: (event) => void (event.kind === 'layers' && (looks += 1)),
      })
      return { ...result, looks }
    }
    const others = ['fp16', 'low-rank', 'magnitude-pruning', 'structured-pruning']

    it('wins it back by balancing before other passes are tried', async () => {
      const { recommended, skipped } = await searchFor(5, ['dynamic-int8', 'smooth-quant', ...others])
      assert.equal(recommended?.name, 'smooth-quant (gain=8), dynamic-int8')
      assert.ok(skipped > 0)
    })

    it('finds the layer that has to stay in float without looking at all of them', async () => {
      const { recommended, candidates, looks } = await searchFor(4, ['dynamic-int8', ...others])
      assert.deepEqual(recommended?.steps, [{ pass: 'dynamic-int8', keep: ['b_up'] }])
      assert.equal(candidates.at(-1), recommended)
      assert.ok(looks < 12, `${looks} looks at 12 layers`)
    })
  })

  it('keeps what passes left alone, and combines nothing with what only training would bring back', async () => {
    const passes = ['mixed-precision', 'weight-int8', 'fp16', 'low-rank']
    const settings = await pretendSearch({ model, folder: newFolder(), goals: ['max-error<=0.03'], passes })
    const { candidates } = await searchModels(settings)
    const mixed = candidates.find(({ steps }) => steps.at(-1)?.pass === 'mixed-precision')
    assert.ok(
      mixed?.skipped?.some((each) => each.startsWith('c_m: it stays in float')),
      JSON.stringify(mixed?.skipped),
    )
    const pruned = candidates.filter(({ needsTraining }) => needsTraining === true)
    assert.ok(pruned.length > 0 && pruned.every(({ verdict }) => verdict.qualityMiss > 0))
    assert.ok(pruned.every(({ steps }) => steps.length === 1))
  })

  it('says what came closest, and by how much it misses, when no candidate is good enough', async () => {
    const settings = await pretendSearch({ model, folder: newFolder(), goals: ['size<=1KB', 'max-error<=0.01'] })
    const { recommended, closest, candidates } = await searchModels(settings)
    assert.equal(recommended, undefined)
    assert.ok(closest && candidates.every(({ verdict }) => verdict.miss >= closest.verdict.miss))
    assert.ok(closest.verdict.miss > 1)
  })

  it('never recommends what is slower, or what may miss its accuracy with other samples', async () => {
    const settings = await pretendSearch({ model, folder: newFolder(), goals: ['max-error<=0.5'] })
    const { evaluate } = settings
    const slower: SearchSettings['evaluate'] = async (path) =>
      new Map([...(await evaluate(path)), ['speedup', { value: path === model ? 1 : 0.9 }]])
    assert.equal((await searchModels({ ...settings, evaluate: slower })).recommended, undefined)
    const unsure: SearchSettings['evaluate'] = async (path) =>
      new Map([...(await evaluate(path)), ['max-error', { value: 0, interval: [0, 0.6] as const }]])
    const result = await searchModels({ ...settings, evaluate: unsure })
    assert.equal(result.recommended, undefined)
    assert.ok(result.candidates.length > 0)
  })

  it('recommends nothing that was good by luck: it is measured twice', async () => {
    const settings = await pretendSearch({ model, folder: newFolder(), goals: ['max-error<=0.03'] })
    const first = (await searchModels(settings)).recommended
    const sizes: number[] = []
    const unlucky: SearchSettings['evaluate'] = async (path) => {
      const found = await settings.evaluate(path)
      const size = found.get('size')?.value ?? 0
      sizes.push(size)
      const isAgain = size === first?.measurements.get('size')?.value && sizes.indexOf(size) < sizes.length - 1
      return isAgain ? new Map([...found, ['speedup', { value: 0.5 }]]) : found
    }
    const { recommended, unconfirmed } = await searchModels({ ...settings, folder: newFolder(), evaluate: unlucky })
    assert.deepEqual(
      unconfirmed.map(({ name }) => name),
      [first?.name],
    )
    assert.ok(recommended && recommended.name !== first?.name)
    assert.ok(recommended.verdict.cost >= (first?.verdict.cost ?? Infinity))
  })

  it('notes what refuses the model, with the reason, and what gives the same model as another', async () => {
    const settings = await pretendSearch({ model, folder: newFolder(), goals: [] })
    const { refusals, candidates } = await searchModels(settings)
    assert.ok(refusals.some(({ reason }) => /does nothing for this model/.test(reason)))
    const hashes = candidates.map(({ sha256 }) => sha256)
    assert.deepEqual([...new Set(hashes)], hashes)
  })

  it('goes on where it was cancelled, and measures nothing twice', async () => {
    const settings = await pretendSearch({ model, folder: newFolder(), goals: ['max-error<=0.01'] })
    const whole = await searchModels(settings)
    const measured: string[] = []
    const cancel = new AbortController()
    const cut: SearchSettings = {
      ...settings,
      folder: newFolder(),
      context: { ...settings.context, signal: cancel.signal },
      async evaluate(path) {
        measured.push(path)
        if (measured.length === 4) cancel.abort()
        cancel.signal.throwIfAborted()
        return settings.evaluate(path)
      },
    }
    await assert.rejects(searchModels(cut), { code: 'CANCELLED' })
    assert.deepEqual(await readdir(cut.folder), ['results.jsonl'])
    // As a kill would leave it.
    await appendFile(join(cut.folder, 'results.jsonl'), '\n{"key":"[]","sha256":"0')
    let more = 0
    const resumed = await searchModels({
      ...settings,
      folder: cut.folder,
      isResumed: true,
      evaluate(path) {
        more += 1
        return settings.evaluate(path)
      },
    })
    // The original, the candidates, and what is recommended once more.
    assert.equal(3 + more, whole.candidates.length + 2)
    assert.deepEqual(resumed.recommended, whole.recommended)
    assert.deepEqual(
      resumed.candidates.map(({ name }) => name),
      whole.candidates.map(({ name }) => name),
    )
  })

  it('begins nothing new when its time is over', async () => {
    const settings = await pretendSearch({ model, folder: newFolder(), goals: ['max-error<=0.01'] })
    let time = 0
    const { candidates, skipped } = await searchModels({
      ...settings,
      budgetMs: 3,
      now: () => time,
      evaluate(path) {
        time += 1
        return settings.evaluate(path)
      },
    })
    assert.equal(candidates.length, 2)
    assert.ok(skipped > 0)
  })

  it('refuses a model that no pass does anything for, with what each of them says', async () => {
    const plain = join(folder, 'plain.onnx')
    await writeFile(plain, oneOperatorModel('Relu'))
    const settings = await pretendSearch({ model, folder: newFolder(), goals: [] })
    await assert.rejects(searchModels({ ...settings, model: plain }), {
      code: 'COMPRESSION_NOT_APPLICABLE',
      message: /No pass does anything for plain\.onnx\.\n {2}.*dynamic-int8: /s,
    })
    const trees = join(folder, 'trees.onnx')
    await writeModelFile(treeModel(), trees)
    const evaluate: SearchSettings['evaluate'] = () => Promise.resolve(new Map())
    await assert.rejects(searchModels({ ...settings, model: trees, evaluate }), {
      code: 'COMPRESSION_NOT_APPLICABLE',
      message: /^trees\.onnx cannot be compressed: it is made of ai\.onnx\.ml\.TreeEnsembleRegressor, /,
    })
  })
})

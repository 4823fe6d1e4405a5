import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { measureInTurn, type MeasurePlan } from '../../src/compress/measure-models.ts'
import { openSampleData } from '../../src/compress/open-sample-data.ts'
import { readModelFile } from '../../src/onnx/model-file.ts'
import { openSessionHost, type SessionHost } from '../../src/onnx/session.ts'
import { testRuntime } from '../../src/onnx/test-runtime.ts'
import { defineBenchmark } from '../benchmark.ts'
import { compareAccuracy } from '../compress/accuracy.ts'
import { countParameters, fromOnnx } from '../compress-prune/dense-net.ts'
import { pixels, writeTestDigits } from '../compress-prune/digits.ts'
import { closeTraining, openTraining, trainVariants } from '../compress-prune/train.ts'
import {
  measured,
  type MeasuredName,
  measureId,
  measuresOf,
  type VariantId,
  variants,
} from '../compress-prune/variants.ts'

const batch = 64

/** Runs of some microseconds: more of them say no more. */
const plan: MeasurePlan = { rounds: 10, budgetMs: 500, maxRuns: 200 }

export default defineBenchmark({
  name: 'compress-prune',
  summary:
    'The net of the sample with 512 hidden neurons, pruned to 64 and split at rank 16, as the passes do it and after the template has trained it again; and nets of 64 neurons trained from scratch. Each repetition trains all of them with another seed, 15 epochs, as runs; accuracy is on 360 digits that none has seen, time that of ONNX Runtime on one thread, in turn with the large net',
  repetitions: 7,
  warmsUp: false,
  measures: Object.fromEntries(variants.flatMap(measuresOf)),
  async open({ isQuick, folder }) {
    await using cleanup = new AsyncDisposableStack()
    const workspace = join(folder, 'workspace')
    await openTraining(workspace)
    cleanup.defer(() => closeTraining(workspace))
    const test = join(folder, 'test.npz')
    await writeTestDigits(test)
    const { signal } = new AbortController()
    const host = cleanup.use(await openSessionHost(testRuntime, {}, signal))
    const owned = cleanup.move()
    let seed = 0
    return {
      async ours() {
        seed += 1
        const files = await trainVariants(seed, { folder: workspace, epochs: isQuick ? 2 : 15, signal })
        return await measureVariants(files, { host, test, signal })
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  },
})

interface MeasureSetting {
  readonly host: SessionHost
  /** Samples with labels. */
  readonly test: string
  readonly signal: AbortSignal
}

/** @param files of each net */
export async function measureVariants(
  files: Readonly<Record<VariantId, string>>,
  setting: MeasureSetting,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {}
  let accuracyOfLarge = 0
  for (const { id } of variants) {
    const { accuracy } = await compareAccuracy(setting.host, files.large, files[id], setting.test)
    if (id === 'large') accuracyOfLarge = accuracy
    const own: Readonly<Record<MeasuredName, number>> = {
      parameters: countParameters(fromOnnx(await readModelFile(files[id]))),
      size: (await stat(files[id])).size / 1000,
      ...(await measureTime(files, id, setting)),
      accuracy,
      lost: accuracyOfLarge - accuracy,
    }
    const told = measured.filter((name) => id !== 'large' || (name !== 'share' && name !== 'lost'))
    for (const name of told) figures[measureId(id, name)] = own[name]
  }
  return figures
}

async function measureTime(
  files: Readonly<Record<VariantId, string>>,
  id: VariantId,
  { test, signal }: MeasureSetting,
): Promise<Record<'time' | 'one' | 'share', number>> {
  const models = [
    { name: 'large', model: files.large },
    { name: id, model: files[id] },
  ] as const
  const context = { runtime: testRuntime, limits: {}, signal }
  const measure = async (count: number) => {
    const input = { name: 'x', dtype: 'float32', dims: ['batch', pixels] } as const
    await using data = await openSampleData(test, [input])
    for await (const { feeds } of data.batches(count)) {
      return await measureInTurn(models, feeds, { threads: 1, batch: count }, context, plan)
    }
    throw new Error('There are no digits.')
  }
  const [many, one] = [await measure(batch), await measure(1)]
  return { time: many.candidate.p50.value, one: one.candidate.p50.value, share: 1 / many.speedup.value }
}

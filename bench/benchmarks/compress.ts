import { openSessionHost, type SessionHost } from '../../src/onnx/session.ts'
import { testRuntime } from '../../src/onnx/test-runtime.ts'
import { defineBenchmark } from '../benchmark.ts'
import { compareAccuracy } from '../compress/accuracy.ts'
import { type Case, chooseCases, listCases, measureId, measuresOf, mostSamples } from '../compress/cases.ts'
import { fetchModels } from '../compress/models.ts'
import { describeOutcome, differingWeights } from '../compress/outcome.ts'
import { installPeers, peerVersion } from '../compress/peer-environment.ts'
import {
  compressedOutput,
  compressWithOurs,
  type Quantizer,
  type QuantizerSetting,
  quantizeWithOlive,
  quantizeWithRuntime,
  runtimeOutput,
} from '../compress/quantizers.ts'

export default defineBenchmark({
  name: 'compress',
  summary:
    'runwright compress --recipe, each model in a process from its start to its end, and of the peers the same. All are given models that were cleaned up and put in operators of opset 13 at least. ONNX Runtime’s quantizer has equal settings: a scale for each channel, signed weights, products of known matrices alone; Olive is its command line as it comes. Memory is of all processes together at the worst moment; operators in integers are those that multiply weights in the graph that the runtime makes',
  repetitions: 5,
  savesParts: true,
  measures: Object.fromEntries(listCases(false).flatMap(measuresOf)),
  describePeers: () =>
    `ONNX Runtime’s quantizer ${peerVersion('onnxruntime')} for Python, and Olive ${peerVersion('olive-ai')}`,
  async open({ isQuick, folder, only }) {
    await using cleanup = new AsyncDisposableStack()
    const programs = await installPeers()
    const host = cleanup.use(await openSessionHost(testRuntime, {}, new AbortController().signal))
    const cases = chooseCases(listCases(isQuick), only)
    const setting = { folder, programs, models: await fetchModels(folder, programs, host, mostSamples(cases)) }
    const of = (peer: Case['peer']) => cases.filter((each) => each.peer === peer)
    // What ours is compared with has to be there when ours is measured for the first time.
    for (const each of of('onnxruntime')) await quantizeWithRuntime(each, setting)
    const owned = cleanup.move()
    return {
      async ours() {
        const figures = await measureCases(compressWithOurs, cases, setting, host)
        for (const each of of('onnxruntime')) {
          const [own, other] = [compressedOutput(each, folder), runtimeOutput(each, folder)]
          figures[measureId(each, 'different')] = await differingWeights(own, other)
          Object.assign(figures, await measureAccuracy(each, { own, other, setting, host }))
        }
        return figures
      },
      peers: {
        async 'ONNX Runtime'() {
          const figures = await measureCases(quantizeWithRuntime, of('onnxruntime'), setting, host)
          for (const each of of('onnxruntime')) {
            const own = runtimeOutput(each, folder)
            Object.assign(figures, await measureAccuracy(each, { own, setting, host }))
          }
          return figures
        },
        Olive: () => measureCases(quantizeWithOlive, of('olive'), setting, host),
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  },
})

/** All but what is known of ours alone. */
async function measureCases(
  quantizer: Quantizer,
  cases: readonly Case[],
  setting: QuantizerSetting,
  host: SessionHost,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {}
  for (const each of cases) {
    const { cpu, memory, path } = await quantizer(each, setting)
    const outcome = await describeOutcome(host, path)
    for (const [name, figure] of Object.entries({ cpu, memory, ...outcome })) figures[measureId(each, name)] = figure
  }
  return figures
}

/** Of what was made of a case that has labels, and what it has lost to the other's. */
async function measureAccuracy(
  each: Case,
  {
    own,
    other,
    setting,
    host,
  }: {
    readonly own: string
    readonly other?: string
    readonly setting: QuantizerSetting
    readonly host: SessionHost
  },
): Promise<Record<string, number>> {
  const { test } = setting.models[each.model]
  if (each.isTested !== true || test === undefined) return {}
  const { accuracy, lost } = await compareAccuracy(host, other ?? own, own, test)
  const figures = other === undefined ? { accuracy } : { accuracy, lost }
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [measureId(each, name), figure]))
}

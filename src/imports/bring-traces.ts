import { importTags } from '../protocol/import.ts'
import { recordOf } from '../protocol/json.ts'
import { traceKeys } from '../protocol/traces.ts'
import { bringFiles } from './bring-files.ts'
import { type ImportWork, throwIfCancelled } from './import-work.ts'
import type { RunSource, SourceTrace } from './run-source.ts'

const root = '/api/3.0/mlflow/traces'

/** Traces that are asked for at a time whether they are here. */
const askedAtOnce = 100

/** What one call brings of a trace: others wait behind the transaction that stores it. */
const batch = { spans: 500, characters: 4_000_000 } as const

/** Brings traces with their spans and attachments, under the ids that they have elsewhere. */
export async function bringTraces(source: RunSource, work: ImportWork): Promise<void> {
  let asked: SourceTrace[] = []
  const bringAsked = async () => {
    const known = await findFingerprints(asked, work)
    for (const trace of asked) {
      throwIfCancelled(work.signal)
      if (known.get(trace.traceId) === trace.fingerprint) continue
      try {
        await bringTrace(trace, work)
      } catch (error) {
        work.fail(`trace ${trace.traceId}`, error)
      }
    }
    asked = []
  }
  try {
    for await (const trace of source.traces()) {
      if (asked.push(trace) === askedAtOnce) await bringAsked()
    }
    await bringAsked()
  } catch (error) {
    work.fail('traces', error)
  }
}

/** Of the traces that are here whole, by their ids. */
async function findFingerprints(traces: readonly SourceTrace[], { target }: ImportWork): Promise<Map<string, string>> {
  if (traces.length === 0) return new Map()
  const answer = recordOf(
    await target.post(`${root}/batchGetInfos`, { trace_ids: traces.map(({ traceId }) => traceId) }),
  )
  const infos = Array.isArray(answer['trace_infos']) ? answer['trace_infos'].map(recordOf) : []
  return new Map(
    infos.flatMap((info) => {
      const fingerprint = recordOf(info['tags'])[importTags.fingerprint]
      return typeof fingerprint === 'string' ? [[String(info['trace_id']), fingerprint]] : []
    }),
  )
}

async function bringTrace(trace: SourceTrace, work: ImportWork): Promise<void> {
  const { target } = work
  const { traceId, info, fingerprint } = trace
  const experimentId = await target.ensureExperiment(trace.experiment, [])
  const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } }
  const started = await target.post(root, {
    trace: { trace_info: { ...info, trace_id: traceId, trace_location: location } },
  })
  const tags = recordOf(recordOf(recordOf(recordOf(started)['trace'])['trace_info'])['tags'])
  const { spans, attachments } = await trace.open()
  const send = (some: readonly object[], more: { fingerprint?: string } = {}) =>
    target.call('import/spans', { traceId, spans: some, ...more })
  let waiting: object[] = []
  let characters = 0
  for await (const span of spans) {
    throwIfCancelled(work.signal)
    const { length } = JSON.stringify(span)
    if (waiting.length === batch.spans || characters + length > batch.characters) {
      await send(waiting)
      waiting = []
      characters = 0
    }
    waiting.push(span)
    characters += length
  }
  await bringFiles(`trace ${traceId}`, { artifactUri: String(tags[traceKeys.artifactLocation]) }, attachments, work)
  await send(waiting, { fingerprint })
  work.add({ traces: 1 })
}

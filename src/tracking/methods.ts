import { parseExperimentId, parseRunId } from '../protocol/ids.ts'
import type { MethodName } from '../protocol/methods.ts'
import { checkExperimentName, checkKey, checkLength, limits, truncate } from '../protocol/mlflow/names.ts'
import { integer, listOf, number, object, oneOf, paramsOf, refine, refuse, text, textAs } from '../protocol/parse.ts'
import type { Parser } from '../protocol/parse.ts'
import { hasEnded, runStatuses } from '../protocol/runs.ts'
import type { Artifacts } from './artifacts.ts'
import { createComparisonMethods } from './comparison-methods.ts'
import { createLoggedArtifactMethods } from './logged-artifact-methods.ts'
import type { MethodTable } from './route.ts'
import type { Tracking } from './tracking.ts'

const experimentId = textAs(parseExperimentId, 'expected the id of an experiment')
const runId = textAs(parseRunId, 'expected the id of a run')
const runIds = listOf(runId, 10_000)
const view = oneOf(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'])
const key = refine(text, (name, path) => {
  checkKey(name, path)
  return name
})
const experimentName = refine(text, (name) => {
  checkExperimentName(name)
  return name
})
const runTag = object({ key, value: cutText(limits.runTagValue) })
const runTags = listOf(runTag, limits.batchTags)
const params = listOf(object({ key, value: cutText(limits.paramValue) }), limits.batchTotal)
const anyInteger = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
const metric = object({ key, value: number, step: anyInteger, timestamp: anyInteger })
const dataset = object(
  {
    name: filledText(limits.datasetName),
    digest: filledText(limits.datasetDigest),
    sourceType: text,
    source: boundedText(limits.datasetSource),
  },
  { schema: boundedText(limits.datasetSchema), profile: boundedText(limits.datasetProfile) },
)
const inputTags = listOf(
  object({ key: filledText(limits.inputTagKey), value: boundedText(limits.inputTagValue) }),
  limits.batchTags,
)
const datasetInput = object({ dataset, tags: inputTags })
const column = object({ kind: oneOf(['metric', 'param', 'tag']), key: text })

const parseExperiment = paramsOf(object({ experimentId }))
const parseRun = paramsOf(object({ runId }))
const parseRuns = paramsOf(object({ runIds }))

/** The typed methods of the feature: a parser for each, and the use-case behind it. Nothing is decided here. */
export function createTrackingMethods({
  tracking,
  artifacts,
}: {
  tracking: Tracking
  artifacts: Artifacts
}): MethodTable<
  Exclude<
    MethodName,
    `${'engine' | 'models' | 'devices' | 'jobs' | 'targets' | 'lineage' | 'kernels' | 'store' | 'import'}/${string}`
  >
> {
  const { experiments, runs } = tracking
  return {
    ...createComparisonMethods({ tracking, artifacts }),
    ...createLoggedArtifactMethods({ runs, artifacts }),
    'experiments/list': {
      parse: paramsOf(object({}, { view })),
      run: async ({ view }) => ({ experiments: await experiments.list(view ?? 'ACTIVE_ONLY') }),
    },
    'experiments/ensure': {
      parse: paramsOf(object({ name: experimentName })),
      run: async ({ name }) => ({ experiment: await experiments.ensure(name) }),
    },
    'experiments/rename': {
      parse: paramsOf(object({ experimentId, name: experimentName })),
      run: ({ experimentId, name }) => done(experiments.rename(experimentId, name)),
    },
    'experiments/delete': {
      parse: parseExperiment,
      run: ({ experimentId }) => done(experiments.delete(experimentId)),
    },
    'experiments/restore': {
      parse: parseExperiment,
      run: ({ experimentId }) => done(experiments.restore(experimentId)),
    },
    'experiments/set-tag': {
      parse: paramsOf(object({ experimentId, key, value: boundedText(limits.experimentTagValue) })),
      run: ({ experimentId, ...tag }) => done(experiments.setTag(experimentId, tag)),
    },
    'experiments/keys': {
      parse: parseExperiment,
      run: ({ experimentId }) => experiments.keys(experimentId),
    },

    'runs/list': {
      parse: paramsOf(
        object(
          { experimentIds: listOf(experimentId, 10_000) },
          {
            filter: text,
            orderBy: listOf(text, 20),
            view,
            columns: listOf(column, 200),
            limit: integer(1, limits.searchPage),
            pageToken: text,
          },
        ),
      ),
      run: (params) => runs.list(params),
    },
    'runs/get': { parse: parseRun, run: async ({ runId }) => ({ run: await runs.get(runId) }) },
    'runs/start': {
      parse: paramsOf(
        object({ experimentId }, { name: boundedText(limits.runTagValue), userId: text, params, tags: runTags }),
      ),
      run: async (run) => ({ run: await runs.create(run) }),
    },
    'runs/end': {
      parse: paramsOf(object({ runId, status: oneOf(runStatuses.filter(hasEnded)) }, { tags: runTags })),
      run: ({ runId, status, tags }) => done(runs.end(runId, status, tags ?? [])),
    },
    'runs/rename': {
      parse: paramsOf(object({ runId, name: boundedText(limits.runTagValue) })),
      run: ({ runId, name }) => done(runs.update(runId, { name })),
    },
    'runs/set-tag': {
      parse: paramsOf(object({ runId, key, value: cutText(limits.runTagValue) })),
      run: ({ runId, ...tag }) => done(runs.logBatch(runId, { tags: [tag] })),
    },
    'runs/delete-tag': {
      parse: paramsOf(object({ runId, key: text })),
      run: ({ runId, key }) => done(runs.deleteTag(runId, key)),
    },
    'runs/log-metrics': {
      parse: paramsOf(object({ runId, metrics: listOf(metric, limits.batchMetrics) })),
      run: ({ runId, metrics }) => done(runs.logBatch(runId, { metrics })),
    },
    'runs/delete': { parse: parseRuns, run: ({ runIds }) => done(runs.delete(runIds)) },
    'runs/restore': { parse: parseRuns, run: ({ runIds }) => done(runs.restore(runIds)) },
    'runs/stop': { parse: parseRun, run: ({ runId }) => runs.requestStop(runId) },
    'runs/stop-requested': {
      parse: parseRun,
      run: async ({ runId }) => ({ requested: await runs.isStopRequested(runId) }),
    },

    'runs/log-inputs': {
      parse: paramsOf(object({ runId, datasets: listOf(datasetInput, limits.batchTotal) })),
      run: ({ runId, datasets }) => done(runs.logInputs(runId, { datasets })),
    },

    'metrics/history': {
      parse: paramsOf(object({ runId, key: text })),
      run: async ({ runId, key }) => ({ points: (await runs.metricHistory(runId, key)).items }),
    },
    'metrics/sparklines': {
      parse: paramsOf(object({ runId, points: integer(2, 100) })),
      run: ({ runId, points }) => runs.sparklines(runId, points),
    },

    'artifacts/list': {
      parse: paramsOf(object({ runId }, { path: text })),
      async run({ runId, path }) {
        const { artifactUri } = await runs.get(runId)
        return { entries: await artifacts.listBelow(artifactUri, path) }
      },
    },
  }
}

/** Over-long text is refused. */
function boundedText(limit: number): Parser<string> {
  const check = (value: string, path: string) => {
    checkLength(value, limit, path)
    return value
  }
  return refine(text, check, { maxLength: limit })
}

function filledText(limit: number): Parser<string> {
  return refine(boundedText(limit), (value, path) => (value === '' ? refuse(value, path, 'expected text') : value))
}

/** Over-long text is cut off, as MLflow does with the values of params and tags. */
function cutText(limit: number): Parser<string> {
  return refine(text, (value) => truncate(value, limit))
}

async function done(work: Promise<unknown>): Promise<Record<never, never>> {
  await work
  return {}
}

import { parseExperimentId, parseModelId, parseRunId } from '../protocol/ids.ts'
import { checkKey, limits, truncate } from '../protocol/mlflow/names.ts'
import {
  described,
  integer,
  listOf,
  object,
  oneOf,
  paramsOf,
  type Parser,
  refine,
  refuse,
  text,
  textAs,
} from '../protocol/parse.ts'
import { isRecord } from '../protocol/json.ts'
import { doubleShape } from '../protocol/shape.ts'
import { runStatuses } from '../protocol/runs.ts'
import type { MethodName } from '../protocol/methods.ts'
import { getActiveExperimentRow } from './experiment-rows.ts'
import { createRunImports, insertLoggedModel } from './import-run.ts'
import { importSpans } from './import-spans.ts'
import type { MethodTable } from './route.ts'
import type { TrackingParts } from './tracking-parts.ts'

/** Points of one call, over all of its metrics. */
const maxPoints = 10_000

const runId = textAs(parseRunId, 'expected the id of a run')
const experimentId = textAs(parseExperimentId, 'expected the id of an experiment')
const modelId = textAs(parseModelId, 'expected the id of a logged model')
const time = integer(0, Number.MAX_SAFE_INTEGER)
const key = refine(text, (name, path) => {
  checkKey(name, path)
  return name
})
const name = refine(text, (value) => truncate(value, limits.runTagValue))
const params = listOf(object({ key, value: refine(text, (value) => truncate(value, limits.paramValue)) }), 1000)
const tags = listOf(object({ key, value: name }), 1000)

/** Any double; what JSON has no number for comes as text. */
const double: Parser<number> = described(doubleShape, (value, path) => {
  if (typeof value === 'number') return value
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity'
    ? Number(value)
    : refuse(value, path, 'expected a number')
})
const steps = listOf(integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), maxPoints)
const columns = object({ key, steps, timestamps: listOf(time, maxPoints), values: listOf(double, maxPoints) })
const pointsOfOne = refine(columns, (points, path) => {
  const { length } = points.steps
  const isEqual = points.timestamps.length === length && points.values.length === length
  return isEqual ? points : refuse(points.key, path, 'expected columns of equal length')
})
const points = refine(listOf(pointsOfOne, maxPoints), (all, path) => {
  const count = all.reduce((sum, { steps }) => sum + steps.length, 0)
  return count <= maxPoints ? all : refuse(count, path, `expected at most ${maxPoints} points`)
})

const status = oneOf(runStatuses)
const parseRun = object(
  { runId, experimentId, name, status, userId: text, startTime: time, source: name },
  { endTime: time },
)
const parseBatch = object({ runId }, { points, params, tags })
const parseEnd = object({ runId, name, status, fingerprint: name }, { endTime: time })
const parseModel = object({
  modelId,
  experimentId,
  name: text,
  modelType: text,
  sourceRunId: text,
  creationTime: time,
  params,
  tags,
})

const record = described({ type: 'object' }, (value, path) =>
  isRecord(value) ? value : refuse(value, path, 'expected an object'),
)
const parseSpans = object({ traceId: text, spans: listOf(record, 1000) }, { fingerprint: name })

type Names = 'import/run' | 'import/batch' | 'import/end-run' | 'import/logged-model' | 'import/spans'

/** The typed methods by which runs, and what belongs to them, come from elsewhere. */
export function createImportMethods(parts: TrackingParts): MethodTable<Extract<MethodName, Names>> {
  const runs = createRunImports(parts)
  return {
    'import/run': { parse: paramsOf(parseRun), run: (run) => runs.begin(run) },
    'import/batch': {
      parse: paramsOf(parseBatch),
      async run(batch) {
        await runs.add(batch)
        return {}
      },
    },
    'import/end-run': {
      parse: paramsOf(parseEnd),
      async run(end) {
        await runs.end(end)
        return {}
      },
    },
    'import/logged-model': {
      parse: paramsOf(parseModel),
      run: (model) =>
        parts.database.write(async (sql) =>
          insertLoggedModel(sql, model, await getActiveExperimentRow(sql, model.experimentId)),
        ),
    },
    'import/spans': {
      parse: paramsOf(parseSpans),
      async run(asked) {
        await parts.database.write((sql) => importSpans(sql, asked))
        return {}
      },
    },
  }
}

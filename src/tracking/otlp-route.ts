import { experimentId } from '../protocol/mlflow/id-fields.ts'
import { invalid } from '../protocol/mlflow/fields.ts'
import { readOtlpJson } from '../protocol/otlp/read-json.ts'
import { readOtlpProtobuf } from '../protocol/otlp/read-protobuf.ts'
import { shapeOfObject } from '../protocol/shape.ts'
import type { BytesRoute } from './route.ts'
import type { Traces } from './tracking.ts'

const headers = { experiment: 'x-mlflow-experiment-id', run: 'x-mlflow-run-id' } as const

const headerShape = shapeOfObject({ [headers.experiment]: experimentId.shape }, { [headers.run]: { type: 'string' } })

/** Where programs that know OpenTelemetry send their spans; MLflow's own client does so, too. */
export function createOtlpRoute(traces: Traces): BytesRoute {
  return {
    verb: 'POST',
    path: '/v1/traces',
    contentType: 'application/x-protobuf',
    headers: headerShape,
    async run({ body, isJson, header }) {
      const experiment = header(headers.experiment)
      if (experiment === undefined || experiment === '') {
        throw invalid(`The header ${headers.experiment} is missing.`, 'It names the experiment that the spans are of.')
      }
      const spans = isJson ? readOtlpJson(body) : readOtlpProtobuf(body)
      if (spans.length === 0) throw invalid('Invalid OpenTelemetry format - no spans found')
      await traces.logSpans(experimentId.read(experiment, headers.experiment), spans, header(headers.run))
      // An ExportTraceServiceResponse without a word is no bytes at all.
      return isJson ? new TextEncoder().encode('{}') : new Uint8Array()
    },
  }
}

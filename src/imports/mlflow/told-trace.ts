import { createHash } from 'node:crypto'
import { isRecord, recordOf } from '../../protocol/json.ts'
import { writeDuration, writeTimestamp } from '../../protocol/mlflow/proto-times.ts'

type JsonRecord = Readonly<Record<string, unknown>>

/** What a trace is beside its id and its place, as MLflow's `TraceInfoV3` has it. */
export interface ToldTrace {
  readonly traceId: string
  readonly info: JsonRecord
}

const copied = [
  'client_request_id',
  'request_preview',
  'response_preview',
  'request_time',
  'execution_duration',
  'state',
] as const

/**
 * Reads `TraceInfoV3`, and the `TraceInfo` of versions before 3, as a server or a file has them; tags and metadata may be
 * maps, or lists of keys and values.
 */
export function readTraceInfo(told: JsonRecord): ToldTrace {
  if ('request_id' in told) return readOldInfo(told)
  const duration = told['execution_duration_ms']
  const given = copied.filter((name) => told[name] !== undefined && told[name] !== null)
  const assessments = Array.isArray(told['assessments']) ? told['assessments'].filter(isRecord) : []
  return {
    traceId: String(told['trace_id']),
    info: {
      ...Object.fromEntries(given.map((name) => [name, told[name]])),
      trace_metadata: toMap(told['trace_metadata']),
      tags: toMap(told['tags']),
      ...(typeof duration === 'number' ? { execution_duration: writeDuration(duration) } : {}),
      // The one that takes the place of another comes after it.
      assessments: assessments.toSorted((a, b) => timeOf(a) - timeOf(b)),
    },
  }
}

/** Changes with everything that is told of a trace. */
export function fingerprintOf({ info }: ToldTrace): string {
  return createHash('sha256').update(JSON.stringify(info)).digest('hex')
}

function readOldInfo(told: JsonRecord): ToldTrace {
  const [time, duration] = [told['timestamp_ms'], told['execution_time_ms']]
  return {
    traceId: String(told['request_id']),
    info: {
      request_time: writeTimestamp(Number(time ?? 0)),
      ...(duration === undefined || duration === null ? {} : { execution_duration: writeDuration(Number(duration)) }),
      state: String(told['status'] ?? '').replace('TRACE_STATUS_UNSPECIFIED', 'STATE_UNSPECIFIED'),
      trace_metadata: toMap(told['request_metadata']),
      tags: toMap(told['tags']),
      assessments: [],
    },
  }
}

/** From keys and values, or from what is a map already. */
function toMap(entries: unknown): JsonRecord {
  if (!Array.isArray(entries)) return recordOf(entries)
  return Object.fromEntries(entries.map(recordOf).map((entry) => [String(entry['key']), String(entry['value'] ?? '')]))
}

function timeOf(assessment: JsonRecord): number {
  return Date.parse(String(assessment['create_time'])) || 0
}

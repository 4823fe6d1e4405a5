import { checkKey, limits, truncate } from '../../protocol/mlflow/names.ts'
import { findText } from '../../protocol/otlp/find-text.ts'
import { writePythonJson } from '../../protocol/otlp/python-json.ts'
import { type Attribute, findAttribute, type Span } from '../../protocol/otlp/span.ts'
import { writeSpanJson } from '../../protocol/otlp/write-json.ts'
import type { Tag } from '../../protocol/runs.ts'
import { traceKeys, type TraceState } from '../../protocol/traces.ts'
import { createPreview } from './preview.ts'
import { findAmounts } from './span-tally.ts'
import { spanKeys, translateAttributes } from './translate-span.ts'
import { createUnwrapper } from './unwrap-text.ts'

/** Attributes by which a span says something of its whole trace. */
const traceWords = {
  tagPrefix: 'mlflow.traceTag.',
  session: ['session.id', 'gen_ai.conversation.id'],
  user: 'user.id',
} as const

/** A span as it is stored. */
export interface SpanRow {
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly type: string | undefined
  readonly status: string
  /** Nanoseconds, all digits. */
  readonly startTime: string
  readonly usage: string | undefined
  readonly cost: string | undefined
  readonly content: string
}

/** What the spans of one trace in one export say of it. */
export interface SpanFacts {
  readonly traceId: string
  readonly rows: readonly SpanRow[]
  /** Milliseconds. */
  readonly startTime: number
  readonly endTime: number | undefined
  /** As the span that it begins with ended; undefined while that has not. */
  readonly state: TraceState | undefined
  readonly requestPreview: string | undefined
  readonly responsePreview: string | undefined
  readonly session: string | undefined
  readonly user: string | undefined
  /** What the program says of itself, then the tags that were set on the trace. */
  readonly tags: readonly Tag[]
}

/** What an export says of each of its traces. */
export function collectFacts(spans: readonly Span[]): readonly SpanFacts[] {
  const unwrap = createUnwrapper()
  const translated = spans.map((span) => ({ ...span, attributes: translateAttributes(span.attributes) }))
  return [...Map.groupBy(translated, ({ traceId }) => traceId)].map(([traceId, ofTrace]) =>
    collectFactsOf(`tr-${traceId}`, ofTrace, unwrap),
  )
}

/**
 * What spans say of the one trace that they are of, which may have an id of another kind than OpenTelemetry's.
 *
 * @param unwrap what becomes of each attribute
 */
export function collectFactsOf(
  traceId: string,
  spans: readonly Span[],
  unwrap: (attribute: Attribute) => Attribute = (attribute) => attribute,
): SpanFacts {
  const root = spans.find(({ parentSpanId }) => parentSpanId === undefined)
  const ends = spans.map(({ endTime }) => endTime).filter((time) => time > 0n)
  const inputs = root && findAttribute(root.attributes, spanKeys.inputs)
  const outputs = root && findAttribute(root.attributes, spanKeys.outputs)
  return {
    traceId,
    rows: spans.map((span) => toRow(span, traceId, unwrap)),
    startTime: toMilliseconds(spans.map(({ startTime }) => startTime).reduce((a, b) => (a < b ? a : b))),
    endTime: ends.length === 0 ? undefined : toMilliseconds(ends.reduce((a, b) => (a > b ? a : b))),
    state: root && toState(root),
    requestPreview: inputs && createPreview(inputs, 'user'),
    responsePreview: outputs && createPreview(outputs, 'assistant'),
    session: findFirst(spans, traceWords.session),
    user: findFirst(spans, [traceWords.user]),
    // Those that were set come last, and hence stay when there are too many.
    tags: [...resourceTags(spans), ...(root === undefined ? [] : userTags(root))].slice(-limits.traceEntries),
  }
}

function toRow(span: Span, traceId: string, unwrap: (attribute: Attribute) => Attribute): SpanRow {
  const attributes = span.attributes.filter(({ key }) => key !== spanKeys.traceId).map(unwrap)
  const named: Attribute = { key: spanKeys.traceId, value: { kind: 'text', value: traceId } }
  const amounts = (key: string) => {
    const found = findAmounts(findAttribute(attributes, key))
    return found === undefined ? undefined : JSON.stringify(found)
  }
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    type: findText(findAttribute(attributes, spanKeys.type)),
    status: span.status.code,
    startTime: String(span.startTime),
    usage: amounts(spanKeys.usage),
    cost: amounts(spanKeys.cost),
    content: writeSpanJson({ ...span, attributes: [...attributes, named] }),
  }
}

/** Some programs send a span when it begins, too. */
function toState({ endTime, status }: Span): TraceState | undefined {
  if (endTime === 0n) return undefined
  return status.code === 'ERROR' ? 'ERROR' : 'OK'
}

function toMilliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n)
}

/** The first span that says it does so for its trace. */
function findFirst(spans: readonly Span[], names: readonly string[]): string | undefined {
  for (const { attributes } of spans) {
    const found = names.map((name) => findText(findAttribute(attributes, name))).find(Boolean)
    if (found !== undefined) return truncate(found, limits.traceMetadataShown)
  }
  return undefined
}

/** Where a program runs and what it is; what the library of OpenTelemetry says of itself is left out. */
function resourceTags(spans: readonly Span[]): Tag[] {
  const resource = spans.find((span) => span.resource.length > 0)?.resource ?? []
  const isOurs = (key: string) => key.startsWith('telemetry.sdk.') || key.startsWith('mlflow.')
  return resource.flatMap(({ key, value }) => {
    return isOurs(key) ? [] : toTag(key, value.kind === 'text' ? value.value : writePythonJson(value))
  })
}

function userTags({ attributes }: Span): Tag[] {
  return attributes.flatMap(({ key, value }) => {
    if (!key.startsWith(traceWords.tagPrefix)) return []
    return toTag(key.slice(traceWords.tagPrefix.length), findText(value) ?? writePythonJson(value))
  })
}

/** None for what can be no tag: that is no reason to lose a trace. */
function toTag(key: string, value: string): Tag[] {
  try {
    checkKey(key, 'key')
  } catch {
    return []
  }
  const limit = key === traceKeys.name ? limits.traceName : limits.traceTagValue
  return [{ key, value: truncate(value, limit) }]
}

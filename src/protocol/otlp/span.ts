/** A value of OpenTelemetry's protocol (`AnyValue` of common.proto, 1.x). */
export type AnyValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'flag'; readonly value: boolean }
  /** An int64 as its digits, which a double may not hold. */
  | { readonly kind: 'integer'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'list'; readonly value: readonly AnyValue[] }
  | { readonly kind: 'map'; readonly value: readonly Attribute[] }

export interface Attribute {
  readonly key: string
  readonly value: AnyValue
}

export interface SpanEvent {
  readonly name: string
  /** Nanoseconds since 1970-01-01 UTC. */
  readonly time: bigint
  readonly attributes: readonly Attribute[]
}

export interface SpanLink {
  /** Lower-case hex. */
  readonly traceId: string
  readonly spanId: string
  readonly attributes: readonly Attribute[]
}

/** A unit of work as OpenTelemetry sends it (`Span` of trace.proto, 1.x). */
export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string
  /** 16 lower-case hex digits. */
  readonly spanId: string
  /** None for the span that a trace begins with. */
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly traceState: string
  /** Nanoseconds since 1970-01-01 UTC, below 2^63. */
  readonly startTime: bigint
  /** 0 while the span has not ended. */
  readonly endTime: bigint
  readonly status: { readonly code: SpanStatus; readonly message: string }
  readonly attributes: readonly Attribute[]
  readonly events: readonly SpanEvent[]
  readonly links: readonly SpanLink[]
  /** What is told of the program that the span is of. */
  readonly resource: readonly Attribute[]
}

/** In the order of the numbers that stand for them, from 0. */
export const spanStatuses = ['UNSET', 'OK', 'ERROR'] as const
export type SpanStatus = (typeof spanStatuses)[number]

/** The attribute of that key that was given last. */
export function findAttribute(attributes: readonly Attribute[], key: string): AnyValue | undefined {
  return attributes.findLast((attribute) => attribute.key === key)?.value
}

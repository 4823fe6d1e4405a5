import { invalid } from '../mlflow/fields.ts'
import type { Span } from './span.ts'

/** What one export may hold, so that a small body cannot become large in memory. */
export const exportLimits = {
  /** Spans, attributes, values in lists and maps, events and links together; each is an object or two. */
  parts: 250_000,
  /** Lists and maps in one another. */
  depth: 32,
} as const

/** Counts what is kept of an export. */
export interface PartCount {
  /** @throws INVALID_PARAMETER_VALUE when there are too many */
  add(): void
}

export function createPartCount(): PartCount {
  let parts = 0
  return {
    add() {
      parts += 1
      if (parts <= exportLimits.parts) return
      throw invalid(
        `The export holds more than ${exportLimits.parts} spans, attributes, events and links.`,
        'Send it in several requests.',
      )
    },
  }
}

/** @throws INVALID_PARAMETER_VALUE */
export function checkDepth(depth: number): void {
  if (depth > exportLimits.depth) {
    throw invalid(`An attribute holds lists and maps more than ${exportLimits.depth} deep in one another.`)
  }
}

const longestTime = 2n ** 63n - 1n

/** Refuses a span without ids, or whose times no database can hold. @throws INVALID_PARAMETER_VALUE */
export function checkSpan(span: Span): Span {
  const name = `The span "${span.name.slice(0, 100)}"`
  if (!isId(span.traceId, 16)) throw invalid(`${name} has no trace id of 16 bytes.`)
  if (!isId(span.spanId, 8)) throw invalid(`${name} has no span id of 8 bytes.`)
  const { parentSpanId, ...root } = span
  if (parentSpanId !== undefined && !/^0*$/.test(parentSpanId) && !isId(parentSpanId, 8)) {
    throw invalid(`${name} has a parent whose id is not 8 bytes long.`)
  }
  for (const time of [span.startTime, span.endTime, ...span.events.map((event) => event.time)]) {
    if (time < 0n || time > longestTime) throw invalid(`${name} has a time that is not from 0 to ${longestTime}.`)
  }
  return parentSpanId === undefined || /^0*$/.test(parentSpanId) ? root : span
}

/** All zeros stand for no id. */
function isId(hex: string, sizeBytes: number): boolean {
  return hex.length === sizeBytes * 2 && /^[0-9a-f]*$/.test(hex) && !/^0*$/.test(hex)
}

import type { ShownMeasurement } from '../../src/protocol/shown-model-test.ts'
import { formatMeasure, type MeasureName, measures } from '../../src/protocol/measures.ts'
import { sizeText, text } from './texts.ts'

/** Up to four digits; nothing for what is no number. */
export function numberText(value: number): string {
  return Number.isFinite(value) ? isolate(String(Number(value.toPrecision(4)))) : ''
}

export function shareText(share: number): string {
  return Number.isFinite(share) ? isolate(`${Number((share * 100).toPrecision(4))}%`) : ''
}

export function timeText(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? isolate(`${Number(milliseconds.toPrecision(4))} ms`) : ''
}

export function ratioText(ratio: number): string {
  return Number.isFinite(ratio) ? isolate(`${Number(ratio.toPrecision(3))}×`) : ''
}

export function bytesText(sizeBytes: number): string {
  return Number.isFinite(sizeBytes) ? sizeText(sizeBytes) : ''
}

/** A value of a measure that a gate is about. */
export function measureText(measure: string, value: number): string {
  if (!Number.isFinite(value)) return ''
  return isMeasure(measure) ? isolate(formatMeasure(measure, value)) : numberText(value)
}

function isMeasure(name: string): name is MeasureName {
  return Object.hasOwn(measures, name)
}

/** Where the truth lies; empty where that was not computed. */
export function intervalText({ interval }: ShownMeasurement, format: (value: number) => string): string {
  const [low, high] = interval ?? []
  if (low === undefined || high === undefined) return ''
  const [from, to] = [format(low), format(high)]
  return from === '' || to === '' ? '' : text('interval', { low: from, high: to })
}

/** Figures run from left to right in every language. */
function isolate(figure: string): string {
  return `\u2066${figure}\u2069`
}

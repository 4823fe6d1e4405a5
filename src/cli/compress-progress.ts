import type { SearchEvent, SearchStage } from '../compress/search.ts'
import { formatMeasure, type MeasureName } from '../compress/goals.ts'
import type { Output } from './context.ts'
import { formatDuration, printable, truncate } from './text.ts'

/** Tells how far a search has come, until it is disposed. */
export interface DrawnCompression extends Disposable {
  tell(event: SearchEvent): void
}

const stages: Readonly<Record<SearchStage, string>> = {
  original: 'Measuring the original',
  alone: 'Trying each pass by itself',
  options: 'Trying other options',
  layers: 'Looking for sensitive layers',
  combinations: 'Trying passes one after the other',
}

/**
 * Candidates line by line, and on a terminal what is done now in a line below them.
 *
 * @param isForProgram one JSON object a line instead
 */
export function drawCompression(output: Output, now: () => number, isForProgram: boolean): DrawnCompression {
  const start = now()
  const isTerminal = output.isTTY === true
  const clear = () => void (isTerminal && !isForProgram && output.write('\r\x1b[K'))
  const status = (text: string) => {
    if (!isTerminal) return
    const line = `${text} (${formatDuration(now() - start)})`
    output.write(`\r\x1b[K${truncate(line, (output.columns ?? 80) - 1)}`)
  }
  return {
    tell(event) {
      if (isForProgram) return void output.write(`${JSON.stringify(toProgress(event))}\n`)
      switch (event.kind) {
        case 'stage':
          return status(stages[event.stage])
        case 'trying':
          return status(printable(event.name))
        case 'layers':
          return status(`${printable(event.name)}: layer ${event.done} of ${event.total}`)
        case 'refused':
          return
        case 'measured':
          clear()
          output.write(`${describeMeasured(event)}\n`)
      }
    },
    [Symbol.dispose]: clear,
  }
}

function describeMeasured({ candidate, isKnown }: Extract<SearchEvent, { kind: 'measured' }>): string {
  const { name, measurements, verdict } = candidate
  const shown: readonly MeasureName[] = ['size', 'speedup', ...verdict.goals.map(({ goal }) => goal.measure)]
  const figures = [...new Set(shown)].flatMap((measure) => {
    const value = measurements.get(measure)?.value
    return value === undefined ? [] : [`${measure} ${formatMeasure(measure, value)}`]
  })
  return `${verdict.isGood ? '+' : '-'} ${printable(name)}: ${figures.join(', ')}${isKnown ? ' (known)' : ''}`
}

function toProgress(event: SearchEvent): object {
  if (event.kind === 'measured') {
    const { number, name, measurements, verdict } = event.candidate
    const values = Object.fromEntries([...measurements].map(([measure, { value }]) => [measure, value]))
    return { kind: 'measured', number, name, isGood: verdict.isGood, isKnown: event.isKnown, measurements: values }
  }
  if (event.kind === 'refused') return { kind: 'refused', name: event.refusal.name, reason: event.refusal.reason }
  return event
}

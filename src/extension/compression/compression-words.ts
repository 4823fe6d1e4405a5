import { type Fault, formatGoalValue } from '../../protocol/compression-verdict.ts'
import type { ReportedGoal, ReportedStep } from '../../protocol/compression.ts'
import { type MeasureName, measures } from '../../protocol/measures.ts'
import { localize } from '../localize.ts'

/** What an axis or a column of this measure is called. */
export function nameMeasure(measure: MeasureName): string {
  switch (measure) {
    case 'size':
      return localize('Size')
    case 'memory':
      return localize('Memory')
    case 'p50':
      return localize('Latency (median)')
    case 'p95':
      return localize('Latency (95 of 100)')
    case 'p99':
      return localize('Latency (99 of 100)')
    case 'start-up':
      return localize('Start-up')
    case 'throughput':
      return localize('Throughput')
    case 'speedup':
      return localize('Speed beside the original')
    case 'accuracy-drop':
      return localize('Accuracy lost')
    case 'error-increase':
      return localize('Error gained')
    case 'map-drop':
      return localize('Mean average precision lost')
    case 'correlation-drop':
      return localize('Rank correlation lost')
    case 'score-drop':
      return localize('Score lost')
    case 'agreement':
      return localize('Same answers as the original')
    case 'robust-agreement':
      return localize('Same answers when disturbed')
    case 'similarity':
      return localize('Similarity to the original')
    case 'max-error':
      return localize('Largest difference')
    case 'mean-error':
      return localize('Mean difference')
    case 'float-nodes':
      return localize('Nodes in float')
  }
}

export function tellBetter(measure: MeasureName): string {
  return measures[measure].better === 'less' ? localize('less is better') : localize('more is better')
}

/** A pass of a recipe in a line. */
export function describeStep({ pass, options = {}, keep = [] }: ReportedStep): string {
  const values = Object.entries(options).map(([name, value]) => `${name}=${String(value)}`)
  const but = keep.length === 0 ? [] : [localize('leaves as they are: {layers}', { layers: keep.join(', ') })]
  return [pass, ...values, ...but].join(' · ')
}

export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'missed': {
      const value = formatGoalValue(fault.goal)
      return value === undefined
        ? localize('not measured: {goal}', { goal: fault.goal.text })
        : localize('{goal} is missed with {value}', { goal: fault.goal.text, value })
    }
    case 'unsure':
      return localize('{goal} is not sure: it may be missed with other samples', { goal: fault.goal.text })
    case 'slower':
      return localize('slower than the original')
    case 'unconfirmed':
      return localize('good enough once, and not when it was measured again')
    case 'not-measured-again':
      return localize('measured once only')
  }
}

export function describeOutcome(goal: ReportedGoal): string {
  const value = formatGoalValue(goal)
  if (value === undefined) return localize('not measured')
  if (!goal.isMet) return localize('missed: {value}', { value })
  return goal.isSure ? localize('met: {value}', { value }) : localize('met, not for sure: {value}', { value })
}

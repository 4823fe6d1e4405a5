import type { ReportedCandidate, ReportedGoal, SearchReport } from './compression.ts'
import { formatMeasure, isMeasureName, type MeasureName } from './measures.ts'

/** Why a candidate is not recommended though it might be, apart from others that are better. */
export type Fault =
  | { readonly kind: 'missed' | 'unsure'; readonly goal: ReportedGoal }
  | { readonly kind: 'slower' | 'unconfirmed' | 'not-measured-again' }

/** Empty for one that is as good as it has to be, and was so twice. */
export function findFaults(report: SearchReport, candidate: ReportedCandidate): readonly Fault[] {
  const { goals, isSlower, isGood, number } = candidate
  const missed = goals.flatMap((goal): readonly Fault[] => {
    if (!goal.isMet) return [{ kind: 'missed', goal }]
    // A goal of time or size is met by its value, whatever its interval.
    return goal.isSure || isGood ? [] : [{ kind: 'unsure', goal }]
  })
  const slower: readonly Fault[] = isSlower ? [{ kind: 'slower' }] : []
  if (!isGood || missed.length > 0) return [...missed, ...slower]
  if (report.unconfirmed.includes(number)) return [{ kind: 'unconfirmed' }]
  return report.recommended === number ? [] : [{ kind: 'not-measured-again' }]
}

/** The name of what a goal is about. */
export function measureOfGoal({ text }: ReportedGoal): MeasureName | undefined {
  const [name = ''] = /^[\w-]+/.exec(text) ?? []
  return isMeasureName(name) ? name : undefined
}

/** What was found of a goal, for people; undefined where nothing was. */
export function formatGoalValue(goal: ReportedGoal): string | undefined {
  const measure = measureOfGoal(goal)
  const { value } = goal
  if (value === undefined || Number.isNaN(value)) return undefined
  return measure === undefined ? String(value) : formatMeasure(measure, value)
}

/** A fault as a part of a sentence in English, for the command line and for what is kept of a test. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'missed': {
      const value = formatGoalValue(fault.goal)
      return value === undefined ? `${fault.goal.text} was not measured` : `${fault.goal.text} is missed with ${value}`
    }
    case 'unsure':
      return `${fault.goal.text} is not sure with so few samples: ${formatGoalValue(fault.goal) ?? ''}`
    case 'slower':
      return 'it is slower than the original'
    case 'unconfirmed':
      return 'it was good enough only once'
    case 'not-measured-again':
      return 'it was measured once only'
  }
}

/** How the test of a candidate ended, as its version in the registry says: `passed: size 12 KiB, …`. */
export function describeTest(report: SearchReport, candidate: ReportedCandidate): string {
  const faults = findFaults(report, candidate)
  const found = [...candidate.measurements].map(([measure, { value, interval }]) => {
    const ends = interval?.map((end) => formatMeasure(measure, end)).join(' to ')
    return `${measure} ${formatMeasure(measure, value)}${ends === undefined ? '' : ` (${ends})`}`
  })
  const said = faults.map(describeFault).join('; ')
  const outcome = candidate.isGood && !report.unconfirmed.includes(candidate.number) ? 'passed' : 'failed'
  return `${outcome}${said === '' ? '' : `, ${said}`}: ${found.join(', ')}`
}

/** Whether a candidate passed its test: it met everything, and did so again if it was measured again. */
export function hasPassed({ unconfirmed }: SearchReport, { number, isGood }: ReportedCandidate): boolean {
  return isGood && !unconfirmed.includes(number)
}

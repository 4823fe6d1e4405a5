import { escapeHtml } from '../base/escape-html.ts'
import { formatMeasure, type GoalResult } from './goals.ts'
import type { ModelTestReport } from './model-test-report.ts'
import { nameResult } from './model-test-tables.ts'

interface TestCase {
  readonly group: 'checks' | 'gates'
  readonly name: string
  /** Why it failed; undefined when it passed. */
  readonly failure: string | undefined
}

/**
 * A report as build servers read it: a test case for each check and gate.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function toJunit(report: ModelTestReport): string {
  const cases: readonly TestCase[] = [
    ...report.checks.map(({ title, isPassed, details }) => ({
      group: 'checks' as const,
      name: title,
      failure: isPassed ? undefined : details,
    })),
    ...report.gates.map((gate) => ({ group: 'gates' as const, name: gate.text, failure: explainGate(gate) })),
  ]
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const name = `${report.candidate.name} against ${report.original.name}`
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="0"`
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="runwright model test" ${counts}>
<testsuite name="${escapeXml(name)}" ${counts}>
${cases.map(toTestCase).join('\n')}
</testsuite>
</testsuites>
`
}

function explainGate(result: GoalResult): string | undefined {
  if (result.isMet) return undefined
  const { goal, measurement } = result
  const found = measurement === undefined ? '' : `: found ${formatMeasure(goal.measure, measurement.value)}`
  return `${nameResult(result)}${found}`
}

function toTestCase({ group, name, failure }: TestCase): string {
  const opening = `<testcase classname="${group}" name="${escapeXml(name)}"`
  if (failure === undefined) return `${opening}/>`
  return `${opening}><failure message="${escapeXml(failure)}">${escapeXml(failure)}</failure></testcase>`
}

/** XML 1.0 has no place for control characters and halves of pairs, however they are written. */
function escapeXml(text: string): string {
  return escapeHtml(text.toWellFormed().replaceAll(/[\p{Cc}\ufffe\uffff]+/gu, ' '))
}

import { RunwrightError } from '../protocol/errors.ts'
import type { Assessment, AssessmentChange } from '../protocol/traces.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findText, getNumber, getText } from '../store/row.ts'
import { getAssessmentRow, toAssessment, writeAssessment, writeMetadata } from './traces/assessment-rows.ts'
import { getTraceRow } from './traces/trace-rows.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { Assessments } from './tracking.ts'

export function createAssessments({ database, now, randomBytes }: TrackingParts): Assessments {
  const load = async (sql: Sql, traceId: string, assessmentId: string) =>
    toAssessment(await getAssessmentRow(sql, traceId, assessmentId))

  return {
    create: (traceId, assessment) => {
      // An id that the client gives might be another trace's.
      const made = { assessmentId: `a-${Buffer.from(randomBytes(16)).toString('hex')}`, time: now() }
      return database.write(async (sql) => {
        const trace = getNumber(await getTraceRow(sql, traceId), 'id')
        const { overrides } = assessment
        if (overrides !== undefined) {
          const replaced = await sql.run(
            'update assessments set valid = 0 where trace = ? and assessment_id = ?',
            trace,
            overrides,
          )
          if (replaced === 0) throw missing(overrides, traceId)
        }
        await writeAssessment(sql, trace, assessment, made)
        return load(sql, traceId, made.assessmentId)
      })
    },

    get: (traceId, assessmentId) => database.read((sql) => load(sql, traceId, assessmentId)),

    update: (traceId, assessmentId, change) => {
      const time = now()
      return database.write(async (sql) => {
        await updateRow(sql, await getAssessmentRow(sql, traceId, assessmentId), change, time)
        return load(sql, traceId, assessmentId)
      })
    },

    delete: (traceId, assessmentId) =>
      database.write(async (sql) => {
        const row = await sql.get(
          `select a.* from assessments a join traces t on t.id = a.trace
             where t.trace_id = ? and a.assessment_id = ?`,
          traceId,
          assessmentId,
        )
        if (row === undefined) return
        const [trace, overrides] = [getNumber(row, 'trace'), findText(row, 'overrides')]
        if (overrides !== undefined) {
          await sql.run('update assessments set valid = 1 where trace = ? and assessment_id = ?', trace, overrides)
        }
        await sql.run('delete from assessments where id = ?', getNumber(row, 'id'))
      }),
  }
}

function missing(assessmentId: string, traceId: string): RunwrightError {
  return new RunwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `Assessment with ID '${assessmentId}' not found for trace '${traceId}'`,
  )
}

async function updateRow(sql: Sql, row: SqlRow, change: AssessmentChange, time: number): Promise<void> {
  const before = toAssessment(row)
  checkKind(before, change)
  const value = (before.kind === 'expectation' ? change.expectation : change.feedback)?.value
  const error = change.feedback === undefined ? findText(row, 'error') : writeError(change.feedback.error)
  await sql.run(
    `update assessments set name = ?, value = ?, error = ?, rationale = ?, metadata = ?, last_update_time = ?
       where id = ?`,
    change.name ?? before.name,
    value ?? getText(row, 'value'),
    error ?? null,
    change.rationale ?? before.rationale ?? null,
    writeMetadata([...before.metadata, ...(change.metadata ?? [])]),
    time,
    getNumber(row, 'id'),
  )
}

function writeError(error: Assessment['error']): string | undefined {
  return error === undefined ? undefined : JSON.stringify(error)
}

/** @throws INVALID_PARAMETER_VALUE */
function checkKind({ kind }: Assessment, { feedback, expectation }: AssessmentChange): void {
  if (feedback !== undefined && expectation !== undefined) {
    throw invalid('Cannot specify both `expectation` and `feedback` parameters.')
  }
  if (expectation !== undefined && kind !== 'expectation') {
    throw invalid('Cannot update expectation value on a Feedback assessment.')
  }
  if (feedback !== undefined && kind !== 'feedback') {
    throw invalid('Cannot update feedback value on an Expectation assessment.')
  }
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message)
}

import { writeAssessment } from '../protocol/mlflow/assessment-json.ts'
import * as requests from '../protocol/mlflow/assessment-requests.ts'
import { message } from '../protocol/mlflow/fields.ts'
import { mlflow3Route } from './mlflow-route.ts'
import type { RestRoute } from './route.ts'
import type { Assessments } from './tracking.ts'

const nothing = message({})

/** What is said of traces. */
export function createAssessmentRoutes(assessments: Assessments): RestRoute[] {
  const root = 'traces/{trace_id}/assessments'
  const one = `${root}/{assessment_id}`
  return [
    mlflow3Route('POST', root, requests.createAssessment, async ({ assessment }, { trace_id: id = '' }) => ({
      assessment: writeAssessment(await assessments.create(id, assessment)),
    })),
    mlflow3Route('GET', one, nothing, async (_, { trace_id: id = '', assessment_id: which = '' }) => ({
      assessment: writeAssessment(await assessments.get(id, which)),
    })),
    mlflow3Route(
      'PATCH',
      one,
      requests.updateAssessment,
      async (asked, { trace_id: id = '', assessment_id: which = '' }) => ({
        assessment: writeAssessment(await assessments.update(id, which, requests.toAssessmentChange(asked))),
      }),
    ),
    mlflow3Route('DELETE', one, nothing, (_, { trace_id: id = '', assessment_id: which = '' }) =>
      assessments.delete(id, which),
    ),
  ]
}

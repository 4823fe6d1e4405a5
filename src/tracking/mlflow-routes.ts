import type { Artifacts } from './artifacts.ts'
import { createAssessmentRoutes } from './mlflow-assessment-routes.ts'
import { createArtifactRoutes, createArtifactStreams } from './mlflow-artifact-routes.ts'
import { createEvaluationDatasetRoutes } from './mlflow-evaluation-dataset-routes.ts'
import { createExperimentRoutes } from './mlflow-experiment-routes.ts'
import { createMetricRoutes } from './mlflow-metric-routes.ts'
import { createModelRoutes } from './mlflow-model-routes.ts'
import { withUiAliases } from './mlflow-route.ts'
import { createRunRoutes } from './mlflow-run-routes.ts'
import { createScorerRoutes } from './mlflow-scorer-routes.ts'
import { createTraceRoutes } from './mlflow-trace-routes.ts'
import { createPresignedRoutes, createUploadRoutes, createUploadStreams } from './mlflow-upload-routes.ts'
import type { MultipartUploads } from './multipart-uploads.ts'
import { createOtlpRoute } from './otlp-route.ts'
import type { BytesRoute, RestRoute, StreamRoute } from './route.ts'
import type { Tracking } from './tracking.ts'

/** MLflow's REST interface, 2.0 and 3.0, over the use-cases of tracking. */
export function createMlflowRoutes({
  tracking,
  artifacts,
  uploads,
  version,
}: {
  tracking: Tracking
  artifacts: Artifacts
  uploads: MultipartUploads
  /** Ours, told to whoever asks what server this is. */
  version: string
}): { rest: RestRoute[]; streams: StreamRoute[]; bytes: BytesRoute[] } {
  const { experiments, runs, models, datasets, traces, assessments, scorers } = tracking
  return {
    rest: withUiAliases([
      ...createExperimentRoutes(experiments),
      ...createRunRoutes(runs),
      ...createMetricRoutes(runs),
      ...createModelRoutes(models, artifacts),
      ...createEvaluationDatasetRoutes(datasets),
      ...createTraceRoutes(traces),
      ...createAssessmentRoutes(assessments),
      ...createScorerRoutes(scorers),
      ...createArtifactRoutes(runs, artifacts),
      ...createUploadRoutes(uploads),
      ...createPresignedRoutes(runs, models),
      { verb: 'GET', path: '/api/3.0/mlflow/server-info', takes: {}, run: async () => describeServer(version) },
    ]),
    streams: withUiAliases([...createArtifactStreams(runs, artifacts), ...createUploadStreams(uploads)]),
    bytes: [createOtlpRoute(traces)],
  }
}

/** What clients ask before they use what not every server has. */
function describeServer(version: string): object {
  return {
    store_type: 'SqlStore',
    workspaces_enabled: false,
    trace_archival_enabled: false,
    multipart_uploads_enabled: false,
    multipart_downloads_enabled: false,
    presigned_upload_run_id_supported: false,
    presigned_upload_model_id_supported: false,
    features_enabled: { gateway: false },
    runwright_version: version,
  }
}

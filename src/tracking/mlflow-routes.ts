import type { Artifacts } from './artifacts.ts'
import { createArtifactRoutes, createArtifactStreams } from './mlflow-artifact-routes.ts'
import { createExperimentRoutes } from './mlflow-experiment-routes.ts'
import { createMetricRoutes } from './mlflow-metric-routes.ts'
import { createModelRoutes } from './mlflow-model-routes.ts'
import { withUiAliases } from './mlflow-route.ts'
import { createRunRoutes } from './mlflow-run-routes.ts'
import type { RestRoute, StreamRoute } from './route.ts'
import type { Tracking } from './tracking.ts'

/** MLflow's REST interface, 2.0 and 3.0, over the use-cases of tracking. */
export function createMlflowRoutes({
  tracking,
  artifacts,
  version,
}: {
  tracking: Tracking
  artifacts: Artifacts
  /** Ours, told to whoever asks what server this is. */
  version: string
}): { rest: RestRoute[]; streams: StreamRoute[] } {
  const { experiments, runs, models } = tracking
  return {
    rest: withUiAliases([
      ...createExperimentRoutes(experiments),
      ...createRunRoutes(runs),
      ...createMetricRoutes(runs),
      ...createModelRoutes(models, artifacts),
      ...createArtifactRoutes(runs, artifacts),
      { verb: 'GET', path: '/api/3.0/mlflow/server-info', run: async () => describeServer(version) },
    ]),
    streams: withUiAliases(createArtifactStreams(runs, artifacts)),
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

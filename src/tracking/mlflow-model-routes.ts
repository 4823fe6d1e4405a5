import { RunwrightError } from '../protocol/errors.ts'
import { message } from '../protocol/mlflow/fields.ts'
import { loggedModelShape, writeLoggedModel } from '../protocol/mlflow/logged-model-json.ts'
import * as requests from '../protocol/mlflow/logged-model-requests.ts'
import { shapeOfObject } from '../protocol/shape.ts'
import type { Artifacts } from './artifacts.ts'
import { writeArtifacts } from './mlflow-artifact-routes.ts'
import { mlflowRoute, pageShape, writePage } from './mlflow-route.ts'
import type { RestRoute } from './route.ts'
import type { LoggedModels } from './tracking.ts'

const nothing = message({})
const oneModel = shapeOfObject({ model: loggedModelShape })

/** Models that runs wrote (MLflow 3's logged models). */
export function createModelRoutes(models: LoggedModels, artifacts: Artifacts): RestRoute[] {
  const root = 'logged-models'
  const one = `${root}/{model_id}`
  return [
    mlflowRoute(
      'POST',
      root,
      requests.createLoggedModel,
      async (model) => ({
        model: writeLoggedModel(await models.create(model)),
      }),
      oneModel,
    ),
    mlflowRoute(
      'POST',
      `${root}/search`,
      requests.searchLoggedModels,
      async (request) => {
        const { experimentIds, datasets, maxResults, ...query } = request
        if (datasets.length > 0) {
          throw new RunwrightError('NOT_IMPLEMENTED', 'Logged models cannot be searched by dataset yet.', {
            hint: 'Leave `datasets` out and filter by metrics, params or tags.',
          })
        }
        const { items, nextPageToken } = await models.search(experimentIds, { ...query, limit: maxResults })
        return writePage('models', items.map(writeLoggedModel), nextPageToken)
      },
      pageShape('models', loggedModelShape),
    ),
    mlflowRoute(
      'GET',
      one,
      nothing,
      async (_, { model_id: id = '' }) => ({
        model: writeLoggedModel(await models.get(id)),
      }),
      oneModel,
    ),
    mlflowRoute(
      'PATCH',
      one,
      requests.finalizeLoggedModel,
      async ({ status }, { model_id: id = '' }) => ({
        model: writeLoggedModel(await models.finalize(id, status)),
      }),
      oneModel,
    ),
    mlflowRoute('DELETE', one, nothing, (_, { model_id: id = '' }) => models.delete(id)),
    mlflowRoute('POST', `${one}/params`, requests.logLoggedModelParams, ({ params }, { model_id: id = '' }) =>
      models.logParams(id, params),
    ),
    mlflowRoute('PATCH', `${one}/tags`, requests.setLoggedModelTags, async ({ tags }, { model_id: id = '' }) => {
      await models.setTags(id, tags)
    }),
    mlflowRoute('DELETE', `${one}/tags/{tag_key}`, nothing, (_, { model_id: id = '', tag_key: key = '' }) =>
      models.deleteTag(id, key),
    ),
    mlflowRoute(
      'GET',
      `${one}/artifacts/directories`,
      requests.listLoggedModelArtifacts,
      async ({ artifactDirectoryPath }, { model_id: id = '' }) => {
        const { artifactUri } = await models.get(id)
        return writeArtifacts(await artifacts.listBelow(artifactUri, artifactDirectoryPath), artifactUri)
      },
    ),
  ]
}

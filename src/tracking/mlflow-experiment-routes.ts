import { RunwrightError } from '../protocol/errors.ts'
import { experimentShape, writeExperiment } from '../protocol/mlflow/experiment-json.ts'
import * as requests from '../protocol/mlflow/experiment-requests.ts'
import { toExperimentTag } from '../protocol/mlflow/key-values.ts'
import { shapeOfObject } from '../protocol/shape.ts'
import { mlflowRoute, pageShape, writePage } from './mlflow-route.ts'
import type { RestRoute } from './route.ts'
import type { Experiments } from './tracking.ts'

const oneExperiment = shapeOfObject({ experiment: experimentShape })

export function createExperimentRoutes(experiments: Experiments): RestRoute[] {
  const search = (verb: 'GET' | 'POST') =>
    mlflowRoute(
      verb,
      'experiments/search',
      requests.searchExperiments,
      async ({ maxResults, viewType, ...query }) => {
        const { items, nextPageToken } = await experiments.search({ ...query, limit: maxResults, view: viewType })
        return writePage('experiments', items.map(writeExperiment), nextPageToken)
      },
      pageShape('experiments', experimentShape),
    )
  return [
    mlflowRoute(
      'POST',
      'experiments/create',
      requests.createExperiment,
      async (experiment) => ({
        experiment_id: await experiments.create(experiment),
      }),
      shapeOfObject({ experiment_id: { type: 'string' } }),
    ),
    mlflowRoute(
      'GET',
      'experiments/get',
      requests.oneExperiment,
      async ({ experimentId }) => ({
        experiment: writeExperiment(await experiments.get(experimentId)),
      }),
      oneExperiment,
    ),
    mlflowRoute(
      'GET',
      'experiments/get-by-name',
      requests.namedExperiment,
      async ({ experimentName }) => {
        const experiment = await experiments.findByName(experimentName)
        if (experiment === undefined) {
          throw new RunwrightError(
            'RESOURCE_DOES_NOT_EXIST',
            `Could not find experiment with name '${experimentName}'`,
            {
              hint: 'List the experiments to see their names.',
            },
          )
        }
        return { experiment: writeExperiment(experiment) }
      },
      oneExperiment,
    ),
    search('GET'),
    search('POST'),
    mlflowRoute('POST', 'experiments/update', requests.updateExperiment, ({ experimentId, newName }) =>
      experiments.rename(experimentId, newName),
    ),
    mlflowRoute('POST', 'experiments/delete', requests.oneExperiment, ({ experimentId }) =>
      experiments.delete(experimentId),
    ),
    mlflowRoute('POST', 'experiments/restore', requests.oneExperiment, ({ experimentId }) =>
      experiments.restore(experimentId),
    ),
    mlflowRoute('POST', 'experiments/set-experiment-tag', requests.setExperimentTag, ({ experimentId, ...tag }) =>
      experiments.setTag(experimentId, toExperimentTag(tag)),
    ),
    mlflowRoute('POST', 'experiments/delete-experiment-tag', requests.deleteExperimentTag, ({ experimentId, key }) =>
      experiments.deleteTag(experimentId, key),
    ),
  ]
}

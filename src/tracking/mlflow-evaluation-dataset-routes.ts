import { writeDatasetRecords, writeEvaluationDataset } from '../protocol/mlflow/evaluation-dataset-json.ts'
import * as requests from '../protocol/mlflow/evaluation-dataset-requests.ts'
import { message } from '../protocol/mlflow/fields.ts'
import { mlflow3Route, writePage } from './mlflow-route.ts'
import type { RestRoute } from './route.ts'
import type { EvaluationDatasets } from './tracking.ts'

const nothing = message({})

/** MLflow 3's evaluation datasets. */
export function createEvaluationDatasetRoutes(datasets: EvaluationDatasets): RestRoute[] {
  const root = 'datasets'
  const one = `${root}/{dataset_id}`
  const search = (verb: 'GET' | 'POST') =>
    mlflow3Route(verb, `${root}/search`, requests.searchEvaluationDatasets, async (asked) => {
      const { experimentIds, filterString, maxResults, ...query } = asked
      const found = await datasets.search(experimentIds, { ...query, filter: filterString ?? [], limit: maxResults })
      return writePage('datasets', found.items.map(writeEvaluationDataset), found.nextPageToken)
    })
  return [
    mlflow3Route('POST', `${root}/create`, requests.createEvaluationDataset, async (dataset) => ({
      dataset: writeEvaluationDataset(await datasets.create(dataset)),
    })),
    search('GET'),
    search('POST'),
    mlflow3Route('GET', one, nothing, async (_, { dataset_id: id = '' }) => ({
      dataset: writeEvaluationDataset(await datasets.get(id)),
    })),
    mlflow3Route('DELETE', one, nothing, (_, { dataset_id: id = '' }) => datasets.delete(id)),
    mlflow3Route('PATCH', `${one}/tags`, requests.setEvaluationDatasetTags, ({ tags }, { dataset_id: id = '' }) =>
      datasets.setTags(id, tags),
    ),
    mlflow3Route('DELETE', `${one}/tags/{key}`, nothing, (_, { dataset_id: id = '', key = '' }) =>
      datasets.deleteTag(id, key),
    ),
    mlflow3Route('GET', `${one}/experiment-ids`, nothing, async (_, { dataset_id: id = '' }) =>
      writePage('experiment_ids', (await datasets.get(id)).experimentIds, undefined),
    ),
    ...createLinkRoutes(datasets, one),
    ...createRecordRoutes(datasets, `${one}/records`),
  ]
}

function createLinkRoutes(datasets: EvaluationDatasets, one: string): RestRoute[] {
  const ofExperiments = requests.evaluationDatasetExperiments
  return [
    mlflow3Route('POST', `${one}/add-experiments`, ofExperiments, async (asked, { dataset_id: id = '' }) => ({
      dataset: writeEvaluationDataset(await datasets.addExperiments(id, asked.experimentIds)),
    })),
    mlflow3Route('POST', `${one}/remove-experiments`, ofExperiments, async (asked, { dataset_id: id = '' }) => ({
      dataset: writeEvaluationDataset(await datasets.removeExperiments(id, asked.experimentIds)),
    })),
  ]
}

function createRecordRoutes(datasets: EvaluationDatasets, path: string): RestRoute[] {
  return [
    mlflow3Route('POST', path, requests.upsertDatasetRecords, async ({ records }, { dataset_id: id = '' }) => {
      const { inserted, updated } = await datasets.upsert(id, records)
      return { inserted_count: inserted, updated_count: updated }
    }),
    mlflow3Route('GET', path, requests.listDatasetRecords, async (asked, { dataset_id: id = '' }) => {
      const { maxResults: limit, pageToken } = asked
      const { items, nextPageToken } = await datasets.records(id, { limit, pageToken })
      return {
        records: writeDatasetRecords(items),
        ...(nextPageToken === undefined ? {} : { next_page_token: nextPageToken }),
      }
    }),
    mlflow3Route('DELETE', path, requests.deleteDatasetRecords, async (asked, { dataset_id: id = '' }) => ({
      deleted_count: await datasets.deleteRecords(id, asked.datasetRecordIds),
    })),
  ]
}

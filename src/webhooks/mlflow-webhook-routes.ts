import { writeWebhook, writeWebhookTest } from '../protocol/mlflow/webhook-json.ts'
import { message } from '../protocol/mlflow/fields.ts'
import * as requests from '../protocol/mlflow/webhook-requests.ts'
import { mlflowRoute, withUiAliases, writePage } from '../tracking/mlflow-route.ts'
import type { RestRoute } from '../tracking/route.ts'
import type { Webhooks } from './webhooks.ts'

const nothing = message({})

/** As many as MLflow gives when it is asked for none in particular. */
const defaultPage = 100

/** MLflow's webhooks, REST 2.0, over the use-cases of the feature. */
export function createWebhookRoutes(
  webhooks: Pick<Webhooks, 'create' | 'get' | 'list' | 'update' | 'delete' | 'test'>,
): RestRoute[] {
  const root = 'webhooks'
  const one = `${root}/{webhook_id}`
  return withUiAliases([
    mlflowRoute('POST', root, requests.createWebhook, async (webhook) => ({
      webhook: writeWebhook(await webhooks.create(webhook)),
    })),
    mlflowRoute('GET', root, requests.listWebhooks, async ({ maxResults = 0, ...page }) => {
      const limit = maxResults === 0 ? defaultPage : maxResults
      const { items, nextPageToken } = await webhooks.list({ ...page, limit })
      return writePage('webhooks', items.map(writeWebhook), nextPageToken)
    }),
    mlflowRoute('GET', one, nothing, async (_, { webhook_id: id = '' }) => ({
      webhook: writeWebhook(await webhooks.get(id)),
    })),
    mlflowRoute('PATCH', one, requests.updateWebhook, async (change, { webhook_id: id = '' }) => ({
      webhook: writeWebhook(await webhooks.update(id, change)),
    })),
    mlflowRoute('DELETE', one, nothing, (_, { webhook_id: id = '' }) => webhooks.delete(id)),
    mlflowRoute('POST', `${one}/test`, requests.testWebhook, async ({ event }, { webhook_id: id = '' }) => ({
      result: writeWebhookTest(await webhooks.test(id, event)),
    })),
  ])
}

import type { Webhook, WebhookEvent, WebhookTest } from '../webhooks.ts'

export function writeWebhook(webhook: Webhook): object {
  return {
    webhook_id: webhook.webhookId,
    name: webhook.name,
    url: webhook.url,
    events: webhook.events.map(writeEvent),
    ...(webhook.description === undefined ? {} : { description: webhook.description }),
    status: webhook.status,
    creation_timestamp: webhook.creationTime,
    last_updated_timestamp: webhook.lastUpdateTime,
  }
}

function writeEvent(event: WebhookEvent): object {
  const [entity, action] = event.toUpperCase().split('.')
  return { entity, action }
}

export function writeWebhookTest({ isTaken, status, body, error }: WebhookTest): object {
  return {
    success: isTaken,
    ...(status === undefined ? {} : { response_status: status }),
    ...(body === undefined ? {} : { response_body: body }),
    ...(error === undefined ? {} : { error_message: error }),
  }
}

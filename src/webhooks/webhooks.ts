import type { RegistryEvent, Webhook, WebhookEvent, WebhookStatus, WebhookTest } from '../protocol/webhooks.ts'
import type { Sql } from '../store/database.ts'
import type { Page } from '../tracking/tracking.ts'

export interface NewWebhook {
  readonly name: string
  readonly url: string
  readonly events: readonly WebhookEvent[]
  readonly description?: string
  /** What deliveries are signed with; without one they are not. */
  readonly secret?: string
  readonly status?: WebhookStatus
}

/** What is not there stays; an empty description or secret takes away what there is. */
export type WebhookChange = Partial<NewWebhook>

/** Addresses that are told of changes in the model registry, each change at least once. Disposing it ends deliveries. */
export interface Webhooks extends AsyncDisposable {
  /** @throws INVALID_PARAMETER_VALUE for an address that nothing may be sent to */
  create(webhook: NewWebhook): Promise<Webhook>
  /** @throws RESOURCE_DOES_NOT_EXIST, as all that name one */
  get(webhookId: string): Promise<Webhook>
  /** The last created first. */
  list(page: { limit: number; pageToken?: string }): Promise<Page<Webhook>>
  update(webhookId: string, change: WebhookChange): Promise<Webhook>
  /** What was still to be delivered is not. */
  delete(webhookId: string): Promise<void>
  /** Sends an example once, by default of the first event it is told of. */
  test(webhookId: string, event: WebhookEvent | undefined): Promise<WebhookTest>
  /**
   * Writes down, in the transaction of a change, who has to be told of it: if the change is durable, so is this.
   */
  note(sql: Sql, event: RegistryEvent): Promise<void>
  /** To be called once a change is durable. */
  wake(): void
}

/** What a webhook can be told of, as MLflow names it: an entity and an action. */
export const webhookEvents = [
  'registered_model.created',
  'model_version.created',
  'model_version_tag.set',
  'model_version_tag.deleted',
  'model_version_alias.created',
  'model_version_alias.deleted',
  'prompt.created',
  'prompt_version.created',
  'prompt_tag.set',
  'prompt_tag.deleted',
  'prompt_version_tag.set',
  'prompt_version_tag.deleted',
  'prompt_alias.created',
  'prompt_alias.deleted',
  // Of MLflow's gateway, which there is none of here: it can be asked for and never happens.
  'budget_policy.exceeded',
] as const

export type WebhookEvent = (typeof webhookEvents)[number]

export const webhookStatuses = ['ACTIVE', 'DISABLED'] as const
export type WebhookStatus = (typeof webhookStatuses)[number]

/** An address that is told of changes in the model registry. Its secret is told to nobody. */
export interface Webhook {
  /** A UUID. */
  readonly webhookId: string
  readonly name: string
  readonly url: string
  readonly events: readonly WebhookEvent[]
  readonly description?: string
  readonly status: WebhookStatus
  /** Milliseconds since 1970-01-01 UTC. */
  readonly creationTime: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly lastUpdateTime: number
}

/** A change in the model registry, as those are told who asked for it. */
export interface RegistryEvent {
  readonly event: WebhookEvent
  /** The member `data` of what is sent. */
  readonly data: Readonly<Record<string, unknown>>
}

/** What came of a webhook that was tried. */
export interface WebhookTest {
  readonly isTaken: boolean
  /** Of HTTP, when there was an answer. */
  readonly status?: number
  readonly body?: string
  /** Why there was none. */
  readonly error?: string
}

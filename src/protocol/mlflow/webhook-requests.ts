import { webhookEvents, webhookStatuses, type WebhookEvent } from '../webhooks.ts'
import { checked, filled, integer, invalid, listOf, message, oneOf, required, text, type Field } from './fields.ts'

/** In the order of MLflow's protobuf, whose numbers stand for them too. */
const entities = [
  'REGISTERED_MODEL',
  'MODEL_VERSION',
  'MODEL_VERSION_TAG',
  'MODEL_VERSION_ALIAS',
  'PROMPT',
  'PROMPT_VERSION',
  'PROMPT_TAG',
  'PROMPT_VERSION_TAG',
  'PROMPT_ALIAS',
  'BUDGET_POLICY',
] as const
const actions = ['CREATED', 'UPDATED', 'DELETED', 'SET', 'EXCEEDED'] as const

const eventParts = message({ entity: required(oneOf(entities)), action: required(oneOf(actions)) }).nested

const event: Field<WebhookEvent> = checked(eventParts, (parts) => {
  const [entity, action] = [parts.entity.toLowerCase(), parts.action.toLowerCase()]
  const found = webhookEvents.find((known) => known === `${entity}.${action}`)
  if (found !== undefined) return found
  const valid = webhookEvents.flatMap((known) => (known.startsWith(`${entity}.`) ? [`'${known.split('.')[1]}'`] : []))
  throw invalid(
    `Invalid action '${action}' for entity '${entity}'. Valid actions are: [${valid.toSorted().join(', ')}]`,
  )
})

/** Each once. */
const events = checked(listOf(event), (list) => [...new Set(list)])

const name = checked(text, (written) => {
  if (/^(?=.{1,63}$)[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(written)) return written
  throw invalid(
    `Webhook name '${written}' is invalid. It must start and end with a letter or digit, be less than 63 characters ` +
      'long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).',
  )
})

const url = checked(text, (written) => {
  if (written.trim() !== '') return written
  throw invalid(`Webhook URL cannot be empty or just whitespace: '${written}'`)
})

const status = oneOf(webhookStatuses)

export const createWebhook = message({
  name: required(name),
  url: required(url),
  events: checked(required(events), (list) => {
    if (list.length > 0) return list
    throw invalid('Webhook events must be a non-empty list of WebhookEvent objects: [].')
  }),
  description: filled(text),
  secret: filled(text),
  status: filled(status),
})

export const listWebhooks = message({
  max_results: checked(
    integer,
    (size) => {
      if (size >= 0 && size <= 1000) return size
      throw invalid('max_results must be between 1 and 1000.')
    },
    { minimum: 0, maximum: 1000 },
  ),
  page_token: filled(text),
})

/** What is not there, or empty, stays as it is; an empty description or secret takes away what there is. */
export const updateWebhook = message({
  name: filled(name),
  url: filled(url),
  events,
  description: text,
  secret: text,
  status: filled(status),
})

export const testWebhook = message({ event })

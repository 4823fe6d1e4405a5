import type { WebhookEvent } from '../protocol/webhooks.ts'

const model = { name: 'example_model' }
const prompt = { name: 'example_prompt' }
const version = { version: '1' }
const tag = { key: 'example_key', value: 'example_value' }
const alias = { alias: 'example_alias' }
const tags = { example_key: 'example_value' }

/** What is sent when a webhook is tried, in MLflow's own examples (mlflow/webhooks/types.py). */
export const exampleData: Readonly<Record<WebhookEvent, Readonly<Record<string, unknown>>>> = {
  'registered_model.created': { ...model, tags, description: 'An example registered model' },
  'model_version.created': {
    ...model,
    ...version,
    source: 'models:/123',
    run_id: 'abcd1234abcd5678',
    tags,
    description: 'An example model version',
  },
  'model_version_tag.set': { ...model, ...version, ...tag },
  'model_version_tag.deleted': { ...model, ...version, key: tag.key },
  'model_version_alias.created': { ...model, ...alias, ...version },
  'model_version_alias.deleted': { ...model, ...alias },
  'prompt.created': { ...prompt, tags, description: 'An example prompt' },
  'prompt_version.created': {
    ...prompt,
    ...version,
    template: 'Hello {{name}}!',
    tags,
    description: 'An example prompt version',
  },
  'prompt_tag.set': { ...prompt, ...tag },
  'prompt_tag.deleted': { ...prompt, key: tag.key },
  'prompt_version_tag.set': { ...prompt, ...version, ...tag },
  'prompt_version_tag.deleted': { ...prompt, ...version, key: tag.key },
  'prompt_alias.created': { ...prompt, ...alias, ...version },
  'prompt_alias.deleted': { ...prompt, ...alias },
  'budget_policy.exceeded': {
    budget_policy_id: 'bp-abc123',
    budget_unit: 'USD',
    budget_amount: 100,
    current_spend: 105.5,
    duration_unit: 'MONTHS',
    duration_value: 1,
    target_scope: 'ENDPOINT',
    workspace: 'default',
    target_value: 'ep-abc123',
    window_start: 1_704_067_200_000,
  },
}

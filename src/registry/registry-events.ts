import { isPrompt, promptTag, type ModelVersion } from '../protocol/registered-models.ts'
import type { Tag } from '../protocol/runs.ts'
import type { RegistryEvent } from '../protocol/webhooks.ts'

/** Tags by which MLflow's client tells prompts and their kinds, which are not told to others. */
const promptTags: ReadonlySet<string> = new Set([promptTag, '_mlflow_prompt_type'])
const promptTextTag = 'mlflow.prompt.text'

/** What is told of a new registered model, or prompt (mlflow/webhooks/types.py has the shapes of all of these). */
export function tellModelCreated(model: { name: string; description: string; tags: readonly Tag[] }): RegistryEvent {
  const { name, description, tags } = model
  if (!isPrompt(tags)) return { event: 'registered_model.created', data: { name, tags: toMap(tags), description } }
  return { event: 'prompt.created', data: { name, tags: toMap(withoutPromptTags(tags)), description } }
}

/** @param tags as they came, which say whether it is a version of a prompt */
export function tellVersionCreated(
  made: Pick<ModelVersion, 'name' | 'version' | 'source' | 'runId' | 'description'>,
  tags: readonly Tag[],
): RegistryEvent {
  const { name, source, runId } = made
  const version = String(made.version)
  const description = made.description === undefined || made.description === '' ? null : made.description
  if (!isPrompt(tags)) {
    const data = { name, version, source, run_id: runId === '' ? null : runId, tags: toMap(tags), description }
    return { event: 'model_version.created', data }
  }
  const template = tags.findLast(({ key }) => key === promptTextTag)?.value ?? null
  const told = withoutPromptTags(tags).filter(({ key }) => key !== promptTextTag)
  return { event: 'prompt_version.created', data: { name, version, template, tags: toMap(told), description } }
}

/** Of tags of registered models only those of prompts are told. Without a value it was deleted. */
export function tellPromptTag(name: string, key: string, value?: string): RegistryEvent {
  return value === undefined
    ? { event: 'prompt_tag.deleted', data: { name, key } }
    : { event: 'prompt_tag.set', data: { name, key, value } }
}

/** Without a value it was deleted. */
export function tellVersionTag(
  of: { name: string; version: number; isOfPrompt: boolean },
  key: string,
  value?: string,
): RegistryEvent {
  const what = of.isOfPrompt ? 'prompt_version_tag' : 'model_version_tag'
  const data = { name: of.name, version: String(of.version), key }
  return value === undefined ? { event: `${what}.deleted`, data } : { event: `${what}.set`, data: { ...data, value } }
}

/** Without a version it was taken away. */
export function tellAlias(of: { name: string; isOfPrompt: boolean }, alias: string, version?: number): RegistryEvent {
  const what = of.isOfPrompt ? 'prompt_alias' : 'model_version_alias'
  const data = { name: of.name, alias }
  return version === undefined
    ? { event: `${what}.deleted`, data }
    : { event: `${what}.created`, data: { ...data, version: String(version) } }
}

function withoutPromptTags(tags: readonly Tag[]): readonly Tag[] {
  return tags.filter(({ key }) => !promptTags.has(key))
}

/** `__proto__` is a key like others. */
function toMap(tags: readonly Tag[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]))
}

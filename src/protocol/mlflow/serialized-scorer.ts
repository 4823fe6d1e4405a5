import { RunwrightError } from '../errors.ts'
import { isRecord, parseForeignJson, recordOf } from '../json.ts'
import { invalid } from './fields.ts'

/** Members of options by which a library chooses the host that it sends requests to. */
const destinationKeys = new Set(['api_base', 'base_url', 'custom_llm_provider', 'fallbacks', 'model_list'])

/**
 * Whoever loads a scorer may run what is in it. So, as on MLflow's server, none is kept that has code in it, or that
 * would send what it judges to a host of its author's choice.
 *
 * @param written JSON of a scorer
 * @throws INVALID_PARAMETER_VALUE; RESOURCE_DOES_NOT_EXIST for a model behind a gateway, which we have none of
 */
export function checkSerializedScorer(written: string): void {
  const scorer = parseForeignJson(written)
  if (scorer === undefined) throw invalid('serialized_scorer must be valid JSON')
  if (!isRecord(scorer)) throw invalid('serialized_scorer must be a JSON object')
  for (const part of eachRecord(scorer)) {
    if ((part['call_source'] ?? null) !== null) throw invalid(codeIsRefused)
  }
  for (const part of eachRecord(scorer)) {
    if (isRecord(part['third_party_scorer_data'])) checkOptions(part['third_party_scorer_data']['kwargs'] ?? null)
  }
  checkModel(findScorerModel(scorer))
}

/** The model that a scorer asks, such as `openai:/gpt-4.1-mini`; of those within it, that of the judge it is based on. */
function findScorerModel(scorer: Readonly<Record<string, unknown>>): unknown {
  for (const name of ['instructions_judge_pydantic_data', 'builtin_scorer_pydantic_data']) {
    if (isFilled(scorer[name])) return recordOf(scorer[name])['model']
  }
  const augmented = scorer['memory_augmented_judge_data']
  if (isFilled(augmented)) return findScorerModel(recordOf(recordOf(augmented)['base_judge']))
  return recordOf(scorer['third_party_scorer_data'])['model']
}

function isFilled(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0
}

function checkModel(model: unknown): void {
  if (model === undefined || model === null) return
  if (typeof model !== 'string') throw invalid('Scorer model must be a string.')
  if (model.trim() === '') throw invalid('Scorer model cannot be empty or contain only whitespace.')
  const endpoint = /^gateway:\/\/*([^/].*)$/s.exec(model)?.[1]
  if (endpoint === undefined) return
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `GatewayEndpoint not found (name='${endpoint}')`, {
    hint: 'Name the model of a provider, as "openai:/gpt-4.1-mini".',
  })
}

function checkOptions(options: unknown): void {
  if (options === null) return
  if (!isRecord(options)) throw invalid('third_party_scorer_data.kwargs must be a JSON object.')
  const found = [...new Set(eachDestinationKey(options))].toSorted()
  if (found.length === 0) return
  throw invalid(
    `third_party_scorer_data.kwargs must not contain ${found.map((key) => `'${key}'`).join(', ')}: these options ` +
      "choose where the scorer's LLM client sends requests. Configure the judge endpoint on the server instead, for " +
      "example through a gateway endpoint ('gateway:/<name>') or the provider's environment variables.",
  )
}

/** Every object in a value of JSON, itself too. */
function* eachRecord(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (Array.isArray(value)) for (const item of value) yield* eachRecord(item)
  if (!isRecord(value)) return
  yield value
  for (const member of Object.values(value)) yield* eachRecord(member)
}

/** Python makes a map of a list of pairs, too, so that a pair may hold a key. */
function* eachDestinationKey(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (Array.isArray(item) && item.length === 2 && typeof item[0] === 'string' && destinationKeys.has(item[0])) {
        yield item[0]
      }
      yield* eachDestinationKey(item)
    }
  }
  if (!isRecord(value)) return
  for (const [key, member] of Object.entries(value)) {
    if (destinationKeys.has(key)) yield key
    yield* eachDestinationKey(member)
  }
}

/** MLflow's own words. */
const codeIsRefused =
  'Custom scorer registration (using @scorer decorator) is disabled by default outside of Databricks tracking ' +
  'environments due to security concerns. Custom scorers require arbitrary code execution during deserialization.\n\n' +
  'To use custom scorers:\n' +
  '1. Configure MLflow to use a Databricks tracking URI, or\n' +
  '2. Manage your custom scorer code in a source code repository (e.g., GitHub) and import it directly, or\n' +
  '3. Use built-in scorers or make_judge() scorers instead.'

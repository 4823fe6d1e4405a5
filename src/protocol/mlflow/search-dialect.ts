import { invalid } from './fields.ts'
import { traceKeys } from '../traces.ts'
import type { Identifier } from './search.ts'

type Kind = Identifier['kind']

/** What one kind of search may name, on top of the grammar they share. */
export interface SearchDialect {
  /** The word before the first dot. */
  readonly entities: Readonly<Record<string, Kind>>
  /** Names people write → our key and its type. */
  readonly attributes: Readonly<
    Record<string, { readonly key: string; readonly type: 'text' | 'number'; readonly kind?: Kind }>
  >
  /** Attributes that can be compared with a list by IN. */
  readonly listAttributes: readonly string[]
  /** Kinds that IS NULL applies to. */
  readonly nullable: readonly Kind[]
  /** What a name that stands alone means, beside attributes. MLflow's own dialects know no such names. */
  readonly findBare?: (name: string) => 'metric' | 'param' | undefined
  /** Params may be compared with numbers, as numbers. */
  readonly hasNumericParams?: true
  /** Params and tags may be compared with a list by IN. */
  readonly hasLists?: true
}

const tags = { tag: 'tag', tags: 'tag' } as const
const attributes = { attribute: 'attribute', attributes: 'attribute', attr: 'attribute' } as const
const params = { param: 'param', params: 'param', parameter: 'param', parameters: 'param' } as const
const metrics = { metric: 'metric', metrics: 'metric' } as const
const datasets = { dataset: 'dataset', datasets: 'dataset' } as const

const asText = (key: string) => ({ key, type: 'text' }) as const
const asNumber = (key: string) => ({ key, type: 'number' }) as const

export const runDialect: SearchDialect = {
  entities: { ...metrics, ...params, ...tags, ...attributes, run: 'attribute', ...datasets },
  attributes: {
    run_id: asText('run_id'),
    run_name: asText('run_name'),
    'run name': asText('run_name'),
    'Run name': asText('run_name'),
    'Run Name': asText('run_name'),
    status: asText('status'),
    user_id: asText('user_id'),
    artifact_uri: asText('artifact_uri'),
    start_time: asNumber('start_time'),
    created: asNumber('start_time'),
    Created: asNumber('start_time'),
    end_time: asNumber('end_time'),
  },
  listAttributes: ['run_id'],
  nullable: ['param', 'tag'],
}

export const experimentDialect: SearchDialect = {
  entities: { ...tags, attribute: 'attribute' },
  attributes: {
    name: asText('name'),
    experiment_id: asText('experiment_id'),
    creation_time: asNumber('creation_time'),
    last_update_time: asNumber('last_update_time'),
  },
  listAttributes: ['experiment_id'],
  nullable: ['tag'],
}

export const loggedModelDialect: SearchDialect = {
  entities: { ...metrics, ...params, ...tags, ...attributes },
  attributes: {
    name: asText('name'),
    model_id: asText('model_id'),
    model_type: asText('model_type'),
    status: asText('status'),
    source_run_id: asText('source_run_id'),
    creation_timestamp: asNumber('creation_timestamp'),
    creation_time: asNumber('creation_timestamp'),
    last_updated_timestamp: asNumber('last_updated_timestamp'),
    last_updated_time: asNumber('last_updated_timestamp'),
  },
  listAttributes: ['name', 'model_id', 'model_type', 'status', 'source_run_id'],
  nullable: ['param', 'tag'],
}

export const evaluationDatasetDialect: SearchDialect = {
  entities: { ...tags, attribute: 'attribute' },
  attributes: {
    name: asText('name'),
    created_time: asNumber('created_time'),
    last_update_time: asNumber('last_update_time'),
    created_by: asText('created_by'),
    last_updated_by: asText('last_updated_by'),
  },
  listAttributes: ['name'],
  nullable: [],
}

/** Who made a dataset is nothing to sort by. */
export const evaluationDatasetOrderDialect: SearchDialect = {
  ...evaluationDatasetDialect,
  entities: { attribute: 'attribute' },
  attributes: {
    name: asText('name'),
    created_time: asNumber('created_time'),
    last_update_time: asNumber('last_update_time'),
  },
}

const metadata = { metadata: 'metadata', request_metadata: 'metadata' } as const
const traceTimes = {
  timestamp: asNumber('timestamp_ms'),
  timestamp_ms: asNumber('timestamp_ms'),
  execution_time: asNumber('execution_time_ms'),
  execution_time_ms: asNumber('execution_time_ms'),
  end_time: asNumber('end_time_ms'),
  end_time_ms: asNumber('end_time_ms'),
} as const
/** Some of what reads like an attribute of a trace is kept as a tag or as metadata. */
const traceNames = {
  name: { ...asText(traceKeys.name), kind: 'tag' },
  run_id: { ...asText(traceKeys.sourceRun), kind: 'metadata' },
} as const

export const traceDialect: SearchDialect = {
  entities: {
    ...tags,
    attribute: 'attribute',
    attributes: 'attribute',
    trace: 'attribute',
    ...metadata,
    span: 'span',
    feedback: 'feedback',
    expectation: 'expectation',
    issue: 'issue',
  },
  attributes: {
    request_id: asText('request_id'),
    ...traceTimes,
    status: asText('status'),
    client_request_id: asText('client_request_id'),
    ...traceNames,
    prompt: { ...asText(traceKeys.linkedPrompts), kind: 'tag' },
    text: { ...asText('content'), kind: 'span' },
  },
  listAttributes: ['status', 'request_id', 'client_request_id'],
  nullable: ['tag', 'metadata', 'feedback', 'expectation'],
}

export const traceOrderDialect: SearchDialect = {
  ...traceDialect,
  entities: { ...tags, attribute: 'attribute', attributes: 'attribute', trace: 'attribute', ...metadata },
  attributes: {
    experiment_id: asText('experiment_id'),
    ...traceTimes,
    status: asText('status'),
    request_id: asText('request_id'),
    ...traceNames,
  },
}

const registryEntities = { ...tags, attribute: 'attribute' } as const

export const registeredModelDialect: SearchDialect = {
  entities: registryEntities,
  attributes: { name: asText('name') },
  listAttributes: ['name'],
  nullable: [],
}

export const modelVersionDialect: SearchDialect = {
  entities: registryEntities,
  attributes: {
    name: asText('name'),
    version_number: asNumber('version_number'),
    run_id: asText('run_id'),
    source_path: asText('source_path'),
  },
  listAttributes: ['name', 'run_id'],
  nullable: [],
}

/** What registered models and versions can be sorted by, which is not what they can be filtered by. */
export const registeredModelOrderDialect: SearchDialect = {
  ...registeredModelDialect,
  attributes: {
    name: asText('name'),
    timestamp: asNumber('last_updated_timestamp'),
    last_updated_timestamp: asNumber('last_updated_timestamp'),
  },
}

export const modelVersionOrderDialect: SearchDialect = {
  ...modelVersionDialect,
  attributes: {
    name: asText('name'),
    version_number: asNumber('version_number'),
    creation_timestamp: asNumber('creation_timestamp'),
    last_updated_timestamp: asNumber('last_updated_timestamp'),
  },
}

const datasetKeys = ['name', 'digest', 'context']

/** An identifier with what the filter needs to know of its values. */
export interface ResolvedIdentifier extends Identifier {
  readonly type: 'text' | 'number' | 'either'
}

/**
 * Finds out what `metrics.loss`, ``params.`a b` `` or `start_time` means. `place` is appended to error messages.
 *
 * @throws INVALID_PARAMETER_VALUE
 */
export function resolveIdentifier(written: string, dialect: SearchDialect, place: string): ResolvedIdentifier {
  const dot = /^(`[^`]*`|"[^"]*"|[^.`"]*)\./.exec(written)
  const entity = dot?.[1] === undefined ? 'attribute' : unquote(dot[1])
  const key = unquote(dot === null ? written : written.slice(dot[0].length))
  const kind = Object.hasOwn(dialect.entities, entity) ? dialect.entities[entity] : undefined
  const isAttribute = kind === 'attribute' && Object.hasOwn(dialect.attributes, key)
  const canBeBare = !isAttribute && (kind === undefined || kind === 'attribute')
  const bare = canBeBare ? dialect.findBare?.(unquote(written)) : undefined
  if (bare !== undefined) {
    return { kind: bare, key: unquote(written), type: typeOf(bare, dialect) }
  }
  if (kind === undefined) {
    const kinds = [...new Set(Object.values(dialect.entities))]
    throw invalid(`Invalid entity type '${entity}'${place}. Valid values are ${kinds.join(', ')}.`)
  }
  if (kind === 'attribute') {
    const attribute = Object.hasOwn(dialect.attributes, key) ? dialect.attributes[key] : undefined
    if (attribute === undefined) {
      const names = Object.keys(dialect.attributes).join(', ')
      throw invalid(`Invalid attribute key '${key}' specified${place}. Valid keys are ${names}.`)
    }
    return { kind, ...attribute }
  }
  if (kind === 'dataset' && !datasetKeys.includes(key)) {
    throw invalid(`Invalid dataset key '${key}' specified${place}. Valid keys are ${datasetKeys.join(', ')}.`)
  }
  return { kind, key, type: typeOf(kind, dialect) }
}

function typeOf(kind: Kind, { hasNumericParams }: SearchDialect): ResolvedIdentifier['type'] {
  if (kind === 'metric') return 'number'
  if (kind === 'feedback' || kind === 'expectation') return 'either'
  return kind === 'param' && hasNumericParams ? 'either' : 'text'
}

function unquote(text: string): string {
  return /^(`[^`]*`|"[^"]*")$/.test(text) ? text.slice(1, -1) : text
}

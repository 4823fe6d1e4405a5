import assert from 'node:assert/strict'
import { recordOf } from '../../src/protocol/json.ts'
import { paths } from '../../src/protocol/methods.ts'
import type { TestEngine } from './engine-in-process.ts'

type Send = (path: string, body?: object, method?: string) => Promise<unknown>

/** Texts that a database, or the way to one, could take for something else. */
export const oddTexts = [
  'e\u0301 and \u00e9',
  '数据 🙂 \u{10ffff} \ufffe \u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  'שלום عربى \u202etxet\u202c',
  `'quotes' "double" \`back\` $1 ? %s \\x00 \\N {a,"b",NULL}`,
  ' \t\r\n spaces \u00a0\u2028 ',
  'NULL',
  'I ı İ ß ſ',
  '\u0001\u001f\u007f',
] as const

/** Asks an engine by MLflow's REST API, as `2.0/mlflow/runs/create`, or by a typed method. */
export function createSend({ send }: TestEngine): Send {
  return async (path, body, method = body === undefined ? 'GET' : 'POST') => {
    const isCall = !/^\d\.0\//.test(path)
    const text = body === undefined ? undefined : JSON.stringify(isCall ? { method: path, params: body } : body)
    const answer = await send({
      method,
      path: isCall ? paths.call : `/api/${path}`,
      ...(text === undefined
        ? {}
        : {
            // Node gives a DELETE no length by itself.
            headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
            body: text,
          }),
    })
    assert.equal(answer.status, 200, `${path} ${answer.text}`)
    return JSON.parse(answer.text)
  }
}

/** What was stored, by which it is asked for. */
export interface FullStore {
  readonly experimentIds: readonly string[]
  readonly runIds: readonly string[]
  readonly modelId: string
  readonly traceIds: readonly string[]
  readonly datasetId: string
  readonly webhookId: string
}

/** Stores something of every kind by the routes and methods of an engine. */
export async function fillStore(send: Send): Promise<FullStore> {
  /** Sends, and picks a text out of the answer. */
  const make = async (path: string, body: object, ...names: readonly string[]): Promise<string> => {
    const found = names.reduce((value: unknown, name) => recordOf(value)[name], await send(path, body))
    assert.ok(typeof found === 'string', `${path} answers without ${names.join('.')}`)
    return found
  }
  const experimentIds: string[] = ['0']
  for (const [index, text] of oddTexts.entries()) {
    const experiment = { name: `experiment ${index} ${text}`, tags: [{ key: `tag ${index}`, value: text }] }
    experimentIds.push(await make('2.0/mlflow/experiments/create', experiment, 'experiment_id'))
  }
  const [, first = '', deleted = ''] = experimentIds
  await send('2.0/mlflow/runs/create', { experiment_id: deleted, start_time: 5 })
  await send('2.0/mlflow/experiments/delete', { experiment_id: deleted })

  const runIds: string[] = []
  for (let index = 0; index < 5; index++) {
    const run = {
      experiment_id: first,
      start_time: 1000 + index,
      run_name: `run ${oddTexts[index]}`,
    }
    const runId = await make('2.0/mlflow/runs/create', run, 'run', 'info', 'run_id')
    runIds.push(runId)
    await send('2.0/mlflow/runs/log-batch', {
      run_id: runId,
      params: oddTexts.map((value, at) => ({ key: `param ${at}`, value: `${value} ${index}` })),
      tags: oddTexts.map((value, at) => ({ key: `tag.${at}`, value })),
      metrics: [
        { key: 'odd', value: 'NaN', step: 0, timestamp: 1 },
        { key: 'odd', value: 'Infinity', step: 1, timestamp: 2 },
        { key: 'odd', value: '-Infinity', step: 2, timestamp: 3 },
        { key: 'odd', value: -0, step: 3, timestamp: 4 },
        { key: 'odd', value: 5e-324, step: 4, timestamp: 5 },
        { key: 'odd', value: 0.1 + 0.2, step: -5, timestamp: 6 },
        { key: 'größe/数', value: index, step: 9_007_199_254_740_991, timestamp: 7 },
      ],
    })
  }
  const [longest = '', second = '', doomed = ''] = runIds
  // Points in chunks with a pyramid above them, loose ones, and some that are late.
  for (let step = 0; step < 4000; step += 1000) {
    const metrics = Array.from({ length: 1000 }, (_, at) => ({
      key: 'loss',
      step: step + at,
      timestamp: 10_000 + step + at,
      value: (step + at) % 701 === 0 ? 'NaN' : Math.sin((step + at) / 50) / 3,
    }))
    await send('2.0/mlflow/runs/log-batch', { run_id: longest, metrics })
  }
  await send('2.0/mlflow/runs/log-metric', { run_id: longest, key: 'loss', step: 7, timestamp: 99_999, value: 1 / 3 })
  const dataset = { name: oddTexts[1], digest: 'd1', source_type: 'local', source: oddTexts[3], profile: '{"rows": 3}' }
  await send('2.0/mlflow/runs/log-inputs', {
    run_id: longest,
    datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'training' }] }],
  })
  await send('2.0/mlflow/runs/update', { run_id: longest, status: 'FINISHED', end_time: 99_999 })
  await send('2.0/mlflow/runs/delete', { run_id: doomed })

  const model = {
    experiment_id: first,
    name: `model ${oddTexts[0]}`.replaceAll(/[/:.%"']/g, '_'),
    source_run_id: second,
    params: [{ key: 'depth', value: oddTexts[4] }],
    tags: [{ key: 'kind', value: oddTexts[2] }],
  }
  const modelId = await make('2.0/mlflow/logged-models', model, 'model', 'info', 'model_id')
  await send('2.0/mlflow/runs/log-metric', {
    run_id: second,
    key: 'accuracy',
    value: 'NaN',
    step: 1,
    timestamp: 8,
    model_id: modelId,
    dataset_name: 'd',
    dataset_digest: 'd1',
  })
  await send('2.0/mlflow/runs/outputs', { run_id: second, models: [{ model_id: modelId, step: 3 }] })
  await send('2.0/mlflow/registered-models/create', {
    name: `registered ${oddTexts[1]}`,
    description: oddTexts[3],
    tags: [{ key: 'k', value: oddTexts[5] }],
  })
  for (let version = 0; version < 3; version++) {
    await send('2.0/mlflow/model-versions/create', {
      name: `registered ${oddTexts[1]}`,
      source: `models:/${modelId}`,
      model_id: modelId,
      tags: [{ key: 'k', value: oddTexts[6] }],
    })
  }
  await send('2.0/mlflow/registered-models/alias', {
    name: `registered ${oddTexts[1]}`,
    alias: 'champion',
    version: '2',
  })
  await send('2.0/mlflow/model-versions/delete', { name: `registered ${oddTexts[1]}`, version: '3' }, 'DELETE')

  const webhook = {
    name: 'hook-a',
    description: oddTexts[0],
    url: 'http://127.0.0.1:9/a',
    events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
    status: 'DISABLED',
    secret: 'a secret',
  }
  const webhookId = await make('2.0/mlflow/webhooks', webhook, 'webhook', 'webhook_id')
  const traceIds = ['tr-1', 'tr-2']
  for (const [index, trace_id] of traceIds.entries()) {
    await send('3.0/mlflow/traces', {
      trace: {
        trace_info: {
          trace_id,
          trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: first } },
          request_time: `2026-01-01T00:00:0${index}Z`,
          state: 'OK',
          request_preview: oddTexts[index],
          trace_metadata: { source: oddTexts[3] },
          tags: { kind: oddTexts[2] },
        },
      },
    })
    await send(`3.0/mlflow/traces/${trace_id}/assessments`, {
      assessment: {
        assessment_name: 'good',
        source: { source_type: 'HUMAN', source_id: oddTexts[0] },
        feedback: { value: index === 0 },
        rationale: oddTexts[4],
      },
    })
  }
  await send('2.0/mlflow/traces/link-to-run', { trace_ids: traceIds, run_id: longest })
  const evaluated = {
    name: `evaluated ${oddTexts[0]}`,
    experiment_ids: [first],
    tags: JSON.stringify({ kind: oddTexts[1] }),
  }
  const datasetId = await make('3.0/mlflow/datasets/create', evaluated, 'dataset', 'dataset_id')
  await send(`3.0/mlflow/datasets/${datasetId}/records`, {
    records: JSON.stringify(
      oddTexts.map((text, index) => ({ inputs: { text, index }, expectations: { answer: text } })),
    ),
  })
  await send('3.0/mlflow/scorers/register', {
    experiment_id: first,
    name: oddTexts[0],
    serialized_scorer: JSON.stringify({
      name: oddTexts[0],
      builtin_scorer_class: 'Safety',
      builtin_scorer_pydantic_data: {},
    }),
  })
  return {
    experimentIds,
    runIds,
    modelId,
    traceIds,
    datasetId,
    webhookId,
  }
}

/** Asks for all that `fillStore` has stored, in many ways. */
export async function readStore(send: Send, store: FullStore): Promise<Record<string, unknown>> {
  const { experimentIds, runIds, modelId, traceIds, datasetId, webhookId } = store
  const [, first = ''] = experimentIds
  const query = (values: Record<string, string>) => new URLSearchParams(values).toString()
  const name = `registered ${oddTexts[1]}`
  const found: Record<string, unknown> = {}
  const ask = async (path: string, body?: object) => {
    found[`${path} ${JSON.stringify(body)}`] = await send(path, body)
  }
  for (const view_type of ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']) {
    await ask('2.0/mlflow/experiments/search', { max_results: 100, view_type, order_by: ['name ASC'] })
    await ask('2.0/mlflow/runs/search', { experiment_ids: experimentIds, run_view_type: view_type })
  }
  for (const filter of [
    `params."param 0" LIKE '%\u00e9%'`,
    `tags."tag.1" = '${oddTexts[1]}'`,
    'metrics.loss > 0',
    `attributes.run_name ILIKE 'RUN%'`,
  ]) {
    await ask('2.0/mlflow/runs/search', {
      experiment_ids: [first],
      filter,
      order_by: ['metrics.odd DESC', 'params."param 3" ASC'],
    })
  }
  for (const experimentId of experimentIds) await ask('experiments/keys', { experimentId })
  for (const runId of runIds) {
    await ask(`2.0/mlflow/runs/get?${query({ run_id: runId })}`)
    await ask('metrics/sparklines', { runId, points: 50 })
    for (const key of ['odd', 'loss', 'größe/数', 'accuracy']) {
      await ask(`2.0/mlflow/metrics/get-history?${query({ run_id: runId, metric_key: key })}`)
    }
  }
  await ask(`2.0/mlflow/logged-models/${modelId}`)
  await ask('2.0/mlflow/logged-models/search', { experiment_ids: [first] })
  await ask(`2.0/mlflow/registered-models/get?${query({ name })}`)
  await ask(`2.0/mlflow/registered-models/alias?${query({ name, alias: 'champion' })}`)
  await ask(`2.0/mlflow/model-versions/search?${query({ filter: `name = '${name}'` })}`)
  await ask(`2.0/mlflow/webhooks/${webhookId}`)
  for (const id of traceIds) await ask(`3.0/mlflow/traces/${id}`)
  await ask('3.0/mlflow/traces/search', {
    locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: first } }],
  })
  await ask(`3.0/mlflow/datasets/${datasetId}`)
  await ask(`3.0/mlflow/datasets/${datasetId}/records`)
  await ask(`3.0/mlflow/scorers/list?${query({ experiment_id: first })}`)
  return found
}

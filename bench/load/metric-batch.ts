/** So many metrics are in each batch, of a key each: what a training program logs at the end of an epoch. */
const metricCount = 100

/** The body of a `runs/log-batch`. A run's first batch, at step 0, brings its params and tags too. */
export function createMetricBatch(runId: string, step: number): object {
  const timestamp = Date.now()
  const metrics = Array.from({ length: metricCount }, (_, index) => ({
    key: `layer_${index}/gradient_norm`,
    value: Math.exp(-step / 100) * (index + 1),
    timestamp,
    step,
  }))
  return step === 0 ? { run_id: runId, metrics, params: firstParams, tags: firstTags } : { run_id: runId, metrics }
}

const firstParams = [
  { key: 'optimizer', value: 'adamw' },
  { key: 'learning_rate', value: '0.0003' },
  { key: 'batch_size', value: '64' },
  { key: 'epochs', value: '90' },
  { key: 'seed', value: '42' },
]

const firstTags = [
  { key: 'mlflow.user', value: 'ada' },
  { key: 'mlflow.source.name', value: 'train.py' },
  { key: 'mlflow.source.type', value: 'LOCAL' },
]

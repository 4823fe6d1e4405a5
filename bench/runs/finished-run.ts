/** A run of a large experiment, as both sides are to have it. */
export interface FinishedRun {
  readonly name: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startTime: number
  readonly endTime: number
  readonly params: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
}

const optimizers = ['sgd', 'adam', 'adamw', 'lion']
const firstStart = Date.UTC(2026, 0, 1)

/** The run of a number from 0 on: always the same, and no two with the same accuracy. */
export function describeFinishedRun(index: number): FinishedRun {
  const startTime = firstStart + index * 60_000
  // Multiples of the golden ratio spread evenly and never meet.
  const accuracy = (index * 0.618_033_988_749_895) % 1
  return {
    name: `sweep-${String(index).padStart(5, '0')}`,
    startTime,
    endTime: startTime + 45_000,
    params: {
      optimizer: optimizers[index % optimizers.length] ?? '',
      learning_rate: String(10 ** -(1 + (index % 5))),
      batch_size: String(16 * (1 + (index % 8))),
      layers: String(2 + (index % 11)),
      dropout: String((index % 6) / 10),
      seed: String(index),
    },
    tags: { 'mlflow.user': 'ada', 'mlflow.source.name': 'train.py', 'mlflow.source.type': 'LOCAL' },
    metrics: {
      accuracy,
      val_accuracy: accuracy * 0.97,
      loss: 1 - accuracy,
      val_loss: 1.1 - accuracy,
      epoch_seconds: 20 + (index % 40),
    },
  }
}

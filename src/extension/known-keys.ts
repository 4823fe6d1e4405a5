import type { CommandContext } from './context.ts'

/** Experiments asked for their keys, the latest first; more would make the user wait. */
const maxExperiments = 20

export interface KnownKeys {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
}

/** The keys logged in the experiments shown, sorted, each once. */
export async function loadKnownKeys({ connections }: Pick<CommandContext, 'connections'>): Promise<KnownKeys> {
  const lists = connections.list().flatMap(({ state }) => {
    if (state.kind !== 'connected') return []
    const { client, tree } = state
    return [tree.experiments().then((experiments) => ({ client, experiments }))]
  })
  const experiments = (await Promise.all(lists)).flatMap(({ client, experiments }) =>
    experiments.map(({ experiment }) => ({ client, experimentId: experiment.experimentId })),
  )
  const answers = await Promise.all(
    experiments
      .slice(0, maxExperiments)
      .map(({ client, experimentId }) => client.call('experiments/keys', { experimentId })),
  )
  const merge = (name: keyof KnownKeys) => [...new Set(answers.flatMap((keys) => keys[name]))].sort()
  return { metrics: merge('metrics'), params: merge('params'), tags: merge('tags') }
}

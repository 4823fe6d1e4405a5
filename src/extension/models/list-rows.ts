import { mapConcurrently } from '../../base/map-concurrently.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { parseRunId } from '../../protocol/ids.ts'
import type { ModelVersion } from '../../protocol/registered-models.ts'
import type { Connection } from '../connections/connections.ts'
import { describeError } from '../tree/error-notice.ts'
import type { ModelRun, ModelsElement } from './element.ts'

/** Runs that are asked for at once. */
const concurrency = 8

/** Registered models of one folder by name, or why they cannot be told. */
export async function listModels(
  connection: Pick<Connection, 'id' | 'place' | 'settled' | 'state'>,
  isNamed: boolean,
): Promise<readonly ModelsElement[]> {
  const { id, place } = connection
  await connection.settled
  const { state } = connection
  const trouble = (error: unknown): readonly ModelsElement[] => [
    { kind: 'trouble', id: `${id}/trouble`, ...describeError(error) },
  ]
  if (state.kind === 'failed') return trouble(state.error)
  if (state.kind === 'connecting') return []
  try {
    const { models } = await state.client.call('models/list', {})
    return models.map((model) => ({
      kind: 'registered-model',
      id: `${id}/${model.name}`,
      connectionId: id,
      ...(isNamed ? { folder: place.label } : {}),
      model,
    }))
  } catch (error) {
    return trouble(error)
  }
}

/** Versions of a registered model, the newest first, each with its run; none once the model is gone. */
export async function listVersions(
  openClient: () => Promise<Client>,
  { id, connectionId, name }: { readonly id: string; readonly connectionId: string; readonly name: string },
): Promise<readonly ModelsElement[]> {
  try {
    const client = await openClient()
    const { versions } = await client.call('models/get', { name })
    const runs = await findRuns(client, versions)
    return versions.map((version) => {
      const run = runs.get(version.runId)
      const about = { kind: 'model-version', id: `${id}/${version.version}`, connectionId, version } as const
      return run === undefined ? about : { ...about, run }
    })
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return []
    return [{ kind: 'trouble', id: `${id}/trouble`, ...describeError(error) }]
  }
}

async function findRuns(client: Client, versions: readonly ModelVersion[]): Promise<ReadonlyMap<string, ModelRun>> {
  const ids = [...new Set(versions.map(({ runId }) => runId))].flatMap((text) => parseRunId(text) ?? [])
  const runs = await mapConcurrently(ids, concurrency, async (runId) => {
    const answer = await client.call('runs/get', { runId }).catch((error: unknown) => {
      // It was removed for good, or made elsewhere.
      if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
      throw error
    })
    return answer?.run
  })
  return new Map(
    runs.flatMap((run) =>
      run === undefined
        ? []
        : [[run.runId, { runId: run.runId, experimentId: run.experimentId, name: run.name }] as const],
    ),
  )
}

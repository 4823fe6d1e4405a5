import { parseRunId } from '../../protocol/ids.ts'
import type { ModelVersion } from '../../protocol/registered-models.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { findStoredFolder } from '../runs/stored-artifacts.ts'

/** Folders of a run, as the registry names them. */
const ofRun = /^runs:\/+(?<run>[^/]+)\/?(?<path>.*)$/

/**
 * The folder that an engine of this machine keeps the files of a version in.
 *
 * @throws NOT_IMPLEMENTED when they are elsewhere; RESOURCE_DOES_NOT_EXIST when they were a run's that is gone for good
 */
export async function findVersionFolder(
  context: Pick<CommandContext, 'connections'>,
  connectionId: string,
  { name, version, storageLocation }: Pick<ModelVersion, 'name' | 'version' | 'storageLocation'>,
): Promise<string> {
  const about = { name: localize('{name} version {version}', { name, version }) }
  const { run, path = '' } = ofRun.exec(storageLocation)?.groups ?? {}
  const runId = run === undefined ? undefined : parseRunId(run)
  if (runId === undefined) return findStoredFolder(context, connectionId, { ...about, uri: storageLocation })
  const client = await context.connections.client(connectionId)
  const { artifactUri } = (await client.call('runs/get', { runId })).run
  return findStoredFolder(context, connectionId, { ...about, uri: `${artifactUri}/${path}` })
}

import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

const storedByEngine = /^mlflow-artifacts:\/+(?<path>.+)$/

/**
 * The folder that an engine of this machine keeps artifacts in.
 *
 * @param uri of the artifacts of a run, or where a model version has its files
 * @param name what errors call it
 * @throws NOT_IMPLEMENTED when they are elsewhere
 */
export function findStoredFolder(
  { connections }: Pick<CommandContext, 'connections'>,
  connectionId: string,
  { uri, name }: { readonly uri: string; readonly name: string },
): string {
  const place = connections.find(connectionId)?.place
  const parts = storedByEngine.exec(uri)?.groups?.['path']?.split('/')
  // The engine refuses such a place as well; the path is not made of what another program wrote unseen.
  if (place?.kind !== 'folder' || parts === undefined || parts.includes('..')) {
    throw new RunwrightError(
      'NOT_IMPLEMENTED',
      localize('The artifacts of “{name}” are not in a folder of this machine.', { name }),
    )
  }
  return join(place.path, '.runwright', 'artifacts', ...parts)
}

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Methods } from '../protocol/methods.ts'
import { sharedStoreOf } from './data-option.ts'
import type { CliContext } from './context.ts'

/** What was deleted, and how it goes for good. */
export interface OpenedGarbage extends AsyncDisposable {
  list(params: Methods['store/garbage']['params']): Promise<Methods['store/garbage']['result']>
  remove(params: Methods['store/remove-garbage']['params']): Promise<Methods['store/remove-garbage']['result']>
}

/**
 * Of the workspace, by its engine; of the data folder of a server, in this process.
 *
 * @throws RESOURCE_DOES_NOT_EXIST where that folder has no store; INVALID_STATE while a server has it
 */
export async function openGarbage(
  context: CliContext,
  workspace: string,
  dataFolder: string | undefined,
  storeUrl: string | undefined,
): Promise<OpenedGarbage> {
  if (dataFolder === undefined) {
    const client = await context.connect(workspace)
    return {
      list: (params) => client.call('store/garbage', params),
      remove: (params) => client.call('store/remove-garbage', params),
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    }
  }
  const path = join(dataFolder, dataFiles.store)
  if (storeUrl === undefined && (await stat(path).catch(() => undefined)) === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no database ${path}.`)
  }
  const { listGarbage, removeGarbage } = await import('../care/garbage.ts')
  const engine = await import('../engine/open-garbage.ts')
  const openShared = storeUrl === undefined ? undefined : await sharedStoreOf(storeUrl)
  const parts = await engine.openGarbage(dataFolder, { openShared, env: context.env })
  return {
    list: ({ before }) => listGarbage(parts, before),
    remove: (params) => removeGarbage(parts, params),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  }
}

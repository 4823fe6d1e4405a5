import path from 'node:path'
import { dataFolderName } from '../protocol/data-folder.ts'
import type { CliOption } from './command.ts'
import type { CliContext } from './context.ts'

/** Of commands on a store. */
export const dataOption = {
  type: 'string',
  value: 'DIR',
  summary: 'The data folder of a server. Default: that of the workspace',
} as const satisfies CliOption

/** The store of servers that share one. */
export const storeOption = {
  type: 'string',
  value: 'URL',
  summary: 'The PostgreSQL database of a server, as its --store',
} as const satisfies CliOption

/** @param named as the user wrote it */
export function toDataFolder({ cwd }: Pick<CliContext, 'cwd'>, workspace: string, named: string | undefined): string {
  return named === undefined ? path.join(workspace, dataFolderName) : path.resolve(cwd, named)
}

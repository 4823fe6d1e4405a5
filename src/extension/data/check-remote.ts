import { parseDataStatus } from '../../protocol/data-status.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { performData } from './perform-data.ts'

/** Asks the remotes of a repository what they lack, and shows it. */
export async function checkRemote(context: CommandContext, root: string): Promise<void> {
  const work = { title: localize('Check Remote'), root, words: ['data', 'status', '--remote'] }
  context.data.setStatus(root, parseDataStatus(await performData(context, work), ''))
}

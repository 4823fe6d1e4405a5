import type { CommandContext } from './context.ts'
import type { Deletion } from './deletions.ts'
import { localize } from './localize.ts'

/** Says what was deleted and offers to bring it back; returns at once, as the message may stand for long. */
export function offerUndo(context: CommandContext, deletion: Deletion): void {
  context.deletions.add(deletion)
  const undo = localize('Undo')
  const offer = async () => {
    const answer = await context.vscode.window.showInformationMessage(
      localize('Deleted {what}.', { what: deletion.what }),
      undo,
    )
    if (answer === undo) await undoDeletion(context, deletion)
  }
  offer().catch((error: unknown) => context.log.error(`Undo of the deletion of ${deletion.what} failed:`, error))
}

/** Restores what was deleted: the newest unless one is named. Does nothing when it was restored before. */
export async function undoDeletion({ connections, deletions }: CommandContext, named?: Deletion): Promise<void> {
  const deletion = deletions.take(named)
  if (deletion === undefined) return
  try {
    const client = await connections.client(deletion.connectionId)
    if ('runIds' in deletion.of) await client.call('runs/restore', { runIds: deletion.of.runIds })
    else await client.call('experiments/restore', { experimentId: deletion.of.experimentId })
  } catch (error) {
    // It is still deleted, so undoing can be tried again.
    deletions.add(deletion)
    throw error
  }
}

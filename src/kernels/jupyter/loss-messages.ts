import type { JupyterMessage, KernelChannel } from '../../protocol/jupyter-messages.ts'
import type { WatchedExecution } from './execution-watch.ts'

type Make = (channel: KernelChannel, type: string, content: JupyterMessage['content']) => JupyterMessage

/**
 * What is told in the place of messages of an execution that a broken connection has swallowed.
 *
 * @param missing messages that did not come; undefined where nobody can tell
 */
export function replaceLost(
  { request, hasReply, isIdle }: WatchedExecution,
  { server, missing, make }: { readonly server: string; readonly missing: number | undefined; readonly make: Make },
): JupyterMessage[] {
  const say = (...message: Parameters<Make>) => ({ ...make(...message), parent_header: request.header })
  const what =
    missing === undefined
      ? 'and whether all of its output came cannot be told'
      : `and ${missing} ${missing === 1 ? 'message' : 'messages'} of its kernel did not come, so that output may be missing`
  const end = hasReply ? '' : ' How it ended did not come either: it is taken for failed.'
  const text = `\nThe connection to ${server} broke while this cell ran, ${what}.${end}\n`
  const failed = { status: 'error', ename: 'ConnectionLost', evalue: '', traceback: [] }
  return [
    say('iopub', 'stream', { name: 'stderr', text }),
    ...(hasReply ? [] : [say('shell', 'execute_reply', failed)]),
    ...(isIdle ? [] : [say('iopub', 'status', { execution_state: 'idle' })]),
  ]
}

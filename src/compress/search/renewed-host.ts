import type { NodeCommand } from '../../base/node-command.ts'
import { ModelFailed } from '../../onnx/model-failed.ts'
import type { SessionHost } from '../../onnx/session.ts'
import { RunwrightError } from '../../protocol/errors.ts'

/** A process for models, started when it is wanted, and anew when the model before has taken it down. */
export type RenewedHost = Pick<SessionHost, 'open'> & AsyncDisposable

export function createRenewedHost(runtime: NodeCommand, signal: AbortSignal): RenewedHost {
  let host: SessionHost | undefined
  const close = async () => {
    const closing = host
    host = undefined
    await closing?.[Symbol.asyncDispose]()
  }
  const open: SessionHost['open'] = async (...model) => {
    // What starts processes takes megabytes, too.
    host ??= await (await import('../../onnx/session.ts')).openSessionHost(runtime, {}, signal)
    return await host.open(...model)
  }
  return {
    open: (...model) =>
      open(...model).catch(async (error: unknown) => {
        if (!hasEnded(error) || signal.aborted) throw error
        await close()
        return open(...model)
      }),
    [Symbol.asyncDispose]: close,
  }
}

/** Whether there was no process any more, rather than one that this very model has ended. */
function hasEnded(error: unknown): boolean {
  return error instanceof RunwrightError && error.code === 'INVALID_STATE' && !(error instanceof ModelFailed)
}

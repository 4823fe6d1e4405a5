import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'

/** The first words of a kernel. */
export interface Welcome {
  /** It hears, and is heard. */
  readonly complete: Promise<void>
  take(message: JupyterMessage): void
}

/**
 * A socket that subscribes gets what is published once the kernel knows of it, which is some time after both have
 * started. So nothing is asked in earnest before something was published that came here, and the shell has answered.
 */
export function createWelcome(): Welcome {
  const { promise, resolve } = Promise.withResolvers<void>()
  let [hasPublished, hasReplied] = [false, false]
  return {
    complete: promise,
    take({ channel, header }) {
      if (channel === 'iopub') hasPublished = true
      if (channel === 'shell' && header.msg_type === 'kernel_info_reply') hasReplied = true
      if (hasPublished && hasReplied) resolve()
    },
  }
}

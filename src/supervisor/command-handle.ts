import type { CommandExit } from './supervision.ts'

/** A running command, in this process's care or in another's. */
export interface CommandHandle {
  /** Sends a signal to the whole process group; does nothing once it has ended. */
  send(signal: NodeJS.Signals): void
  /** Settles once, when the command has ended and all it printed is in the spool; never rejects. */
  readonly exited: Promise<CommandExit>
}

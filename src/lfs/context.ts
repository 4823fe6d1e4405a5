/** What asking a server takes of the world around. */
export interface LfsContext {
  /** As the user has it: proxies, ssh, agents, settings of git. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether somebody can be asked for a password; only git asks, and it asks in the terminal or by its own window. */
  readonly isInteractive: boolean
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
}

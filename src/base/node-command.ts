/** How a process of Runwright's own is started. */
export interface NodeCommand {
  /** A Node, or an Electron that is told to be one. */
  readonly file: string
  readonly args: readonly string[]
  /** Added to the starter's own environment. */
  readonly env: Readonly<Record<string, string>>
}

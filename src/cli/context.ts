import type { Readable, Writable } from 'node:stream'
import type { EngineCommand } from '../client/start-engine.ts'
import type { NodeCommand } from '../base/node-command.ts'
import type { Client } from '../protocol/client.ts'
import type { Program } from '../supervisor/keeper.ts'

/** A stream for people or programs; `columns` is there on a terminal. */
export type Output = Writable & { readonly columns?: number; readonly isTTY?: boolean }

/** All that a command may touch of the world; made in `main.ts`, and by tests. */
export interface CliContext {
  readonly stdin: Readable
  readonly stdout: Output
  readonly stderr: Output
  /** Whether long commands write how far they have come to `stderr` as JSON, one object a line. */
  readonly writesProgress: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of this package, for example `0.1.0`. */
  readonly version: string
  readonly engineCommand: EngineCommand
  /** How another process of this command line is started, before its words. */
  readonly program: Program
  /** Where the bundles of webviews are, which an exported page holds. */
  readonly webviewFolder: string
  /** Where the files are that a new training is begun with. */
  readonly templateFolder: string
  /** Where the scripts are that export models in the user's own Python. */
  readonly exporterFolder: string
  /** How the process is started that asks the user's own TensorFlow.js. */
  readonly predictTfjs: NodeCommand
  /** How the process that holds DuckDB is started. */
  readonly duckdb: NodeCommand
  /** How the process that runs ONNX models is started. */
  readonly onnxRuntime: NodeCommand
  /** How `run` starts the process that keeps its command. */
  readonly keeper: Program
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  randomBytes(sizeBytes: number): Uint8Array
  /** Aborted when the user gives up, or nobody reads the output any more. */
  readonly signal: AbortSignal
  /** Listens to SIGINT, SIGTERM and SIGHUP until disposed. */
  onSignal(listener: (signal: NodeJS.Signals) => void): Disposable
  /** The engine of the workspace; started when there is none. */
  connect(workspace: string): Promise<Client>
}

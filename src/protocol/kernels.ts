import type { CellOutput } from './cell-outputs.ts'
import type { RunId } from './ids.ts'
import type { TargetTokens } from './jobs.ts'
import type { JupyterAccess } from './jupyter-access.ts'

declare const brand: unique symbol

/** 32 lower-case hex digits. */
export type KernelId = string & { readonly [brand]: 'KernelId' }

/** 32 lower-case hex digits; its asker chooses it, so that what is asked again because an answer got lost runs once. */
export type ExecutionId = string & { readonly [brand]: 'ExecutionId' }

export function parseKernelId(text: string): KernelId | undefined {
  // SAFETY: the pattern is the whole definition of a kernel's id.
  return isHexId(text) ? (text as KernelId) : undefined
}

export function parseExecutionId(text: string): ExecutionId | undefined {
  // SAFETY: the pattern is the whole definition of an execution's id.
  return isHexId(text) ? (text as ExecutionId) : undefined
}

function isHexId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

/**
 * Where an interpreter comes from. `kernelspec`: what Jupyter knows by a `kernel.json`, in whatever language. `built-in`:
 * the kernel for JavaScript and TypeScript that comes with Runwright. `jupyter`: a Jupyter Server, by a target of
 * `runwright.yaml`. `ssh`: a host, by such a target or as ssh knows it.
 */
export const environmentKinds = [
  'venv',
  'uv',
  'conda',
  'pyenv',
  'system',
  'kernelspec',
  'built-in',
  'jupyter',
  'ssh',
] as const
export type EnvironmentKind = (typeof environmentKinds)[number]

/** On another machine: nothing is run there that nobody has chosen. */
export function isRemote({ kind }: Pick<KernelEnvironment, 'kind'>): boolean {
  return kind === 'jupyter' || kind === 'ssh'
}

/** What a kernel can be started in. */
export interface KernelEnvironment {
  /**
   * `KIND:PATH` of the interpreter, `kernelspec:NAME`, `built-in:javascript`, or `jupyter:TARGET` or `ssh:HOST` with,
   * where it is not the target's own choice, `/KERNELSPEC` or `/INTERPRETER`. A server that is no target goes by its
   * address, as `nameServer` writes it.
   */
  readonly environmentId: string
  readonly kind: EnvironmentKind
  /** For people: the folder's name, the kernelspec's own name. */
  readonly name: string
  /** In lower case, as `python`. */
  readonly language: string
  /** Absolute path of the interpreter, the program of the kernelspec, or what it is on the other machine. */
  readonly interpreter: string
  /** Of the language, as `3.12.3`, where that can be told without running anything. */
  readonly version?: string
  /** Whether its kernel is installed. One without can be started once `ipykernel` is. */
  readonly hasKernel: boolean
  /** It lies in the workspace. */
  readonly isOfWorkspace: boolean
}

/**
 * - `starting`: executions wait for it
 * - `idle`, `busy`: as it says itself
 * - `restarting`: its process is being replaced
 * - `dead`: its process has ended; `Kernel.reason` says why. It can be restarted.
 */
export const kernelStatuses = ['starting', 'idle', 'busy', 'restarting', 'dead'] as const
export type KernelStatus = (typeof kernelStatuses)[number]

export interface Kernel {
  readonly kernelId: KernelId
  readonly name: string
  readonly environment: KernelEnvironment
  readonly status: KernelStatus
  /** For people: why it is dead. */
  readonly reason?: string
  /** It does not answer its heartbeat although its process is there: it is stopped, or its machine is at its limit. */
  readonly isSilent: boolean
  /** Of the kernel's process while there is one. */
  readonly pid?: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startedAt: number
  /** Where its cells run: absolute. */
  readonly workingDirectory: string
  readonly executing?: ExecutionId
  /** Executions that wait for their turn. */
  readonly queuedCount: number
  /** Of the last record in its journal; 0 for none. */
  readonly lastSeq: number
  /** Somebody last used it, in milliseconds since 1970-01-01 UTC; absent for one that has ended long ago. */
  readonly usedAt?: number
  /** So long nobody may use it before it is stopped, in milliseconds. Absent: as long as they like. */
  readonly idleTimeoutMs?: number
}

/**
 * - `ok`, `error`: as the kernel said
 * - `aborted`: taken from the queue before it began: by an interrupt, a restart, or an error before it
 * - `lost`: its kernel ended, or was restarted, while it ran
 */
export const executionStatuses = ['queued', 'running', 'ok', 'error', 'aborted', 'lost'] as const
export type ExecutionStatus = (typeof executionStatuses)[number]

export function hasExecutionEnded(status: ExecutionStatus): boolean {
  return status !== 'queued' && status !== 'running'
}

export interface Execution {
  readonly executionId: ExecutionId
  /** What its asker calls the cell, for example a cell's id in a notebook; empty for none. */
  readonly cell: string
  readonly status: ExecutionStatus
  /** The kernel's own count, as in `In [3]`. */
  readonly executionCount?: number
  /** Milliseconds since 1970-01-01 UTC, as are the next two. */
  readonly queuedAt: number
  readonly startedAt?: number
  readonly endedAt?: number
  /** Its first record in the journal; a reader begins after the one before it. */
  readonly firstSeq: number
}

/** What a kernel's journal says of one thing that happened. */
export type RecordBody =
  | { readonly kind: 'queued'; readonly executionId: ExecutionId; readonly cell: string; readonly code: string }
  | { readonly kind: 'started'; readonly executionId: ExecutionId }
  /** Absent id: the kernel said it outside of every execution, for example from a thread. */
  | { readonly kind: 'output'; readonly executionId?: ExecutionId; readonly output: CellOutput }
  /** What it asked, by an output of the kind `input`, was answered; the answer may be a password. */
  | { readonly kind: 'answered'; readonly executionId: ExecutionId }
  | {
      readonly kind: 'ended'
      readonly executionId: ExecutionId
      readonly status: Exclude<ExecutionStatus, 'queued' | 'running'>
      readonly executionCount?: number
      /** For people: why its kernel ended, of one that is lost with that. */
      readonly reason?: string
    }
  | { readonly kind: 'kernel'; readonly status: KernelStatus; readonly reason?: string }

/** Numbered from 1 without gaps, whatever it is about. */
export type JournalRecord = RecordBody & {
  readonly seq: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number
}

/** What one may ask about kernels and of them. */
export interface KernelMethods {
  /**
   * What kernels can be started in, best first. Nothing is run to find out, and nothing is asked on other machines, but
   * for the server that is named: then these are its kernels. @throws what keeps from asking that server
   */
  'kernels/environments': {
    params: {
      /** A target of the kind `jupyter`, or the address of a server, which `access` lets one in to. */
      server?: string
      access?: JupyterAccess
      tokens?: TargetTokens
    }
    result: { environments: readonly KernelEnvironment[] }
  }
  /** Newest first; dead ones stay until they are shut down. */
  'kernels/list': { params: Record<never, never>; result: { kernels: readonly Kernel[] } }
  'kernels/get': { params: { kernelId: KernelId }; result: { kernel: Kernel } }
  /**
   * Resolves when it is being started; executions may follow at once. A kernel with the id that there is already is
   * given as it is. @throws RESOURCE_DOES_NOT_EXIST for an environment, INVALID_STATE for one without a kernel, and what
   * keeps from asking a server
   */
  'kernels/start': {
    params: {
      kernelId: KernelId
      environmentId: string
      /** For people. Default: the environment's. */
      name?: string
      /** Relative to the workspace, with `/`. Default: the workspace. */
      workingDirectory?: string
      /** Of the server that the environment is on, where that is no target of `runwright.yaml`. */
      access?: JupyterAccess
      tokens?: TargetTokens
    }
    result: { kernel: Kernel }
  }
  /** Says that it is used: a notebook that has it is open. Where `runwright.yaml` says so, others are stopped in time. */
  'kernels/use': { params: { kernelId: KernelId }; result: Record<never, never> }
  /** Queues code. An execution with the id that there is already is given as it is. @throws INVALID_STATE when dead */
  'kernels/execute': {
    params: {
      kernelId: KernelId
      executionId: ExecutionId
      /** At most 16,777,216 characters. */
      code: string
      /** What the asker calls the cell; up to 200 characters. */
      cell?: string
      /** It counts nothing, keeps no history and shows no result. Default: false. */
      isSilent?: boolean
      /** Code may ask for input. Default: false: then it gets an error where it does. */
      allowsInput?: boolean
      /** An error takes what is queued behind from the queue. Default: true. */
      stopsOnError?: boolean
      /** What it was asked for together with, and runs behind: where that has not ended well, this is aborted at once. */
      follows?: ExecutionId
    }
    result: { execution: Execution }
  }
  /**
   * The journal from a cursor on. Where there is nothing new, it waits for it: whoever follows a kernel asks again with
   * `next`, as fast as it likes, and nothing is kept for it in between.
   */
  'kernels/read': {
    params: {
      kernelId: KernelId
      /** The `next` of the answer before; 0 for all that there is. */
      after: number
      /** Only what is about this one. */
      executionId?: ExecutionId
      /** 1 … 10,000, default 1,000. An answer ends before that at some 4 MB. */
      limit?: number
      /** 0 … 30,000, default 0. Milliseconds to wait for something new. */
      waitMs?: number
    }
    result: {
      records: readonly JournalRecord[]
      next: number
      /** There is more to be read at once. */
      hasMore: boolean
      /** Records after `after` that the journal, which is bounded, does not have any more. */
      droppedCount: number
    }
  }
  /** In the order they were asked for; at most the last 10,000 of a kernel. */
  'kernels/executions': {
    params: { kernelId: KernelId; cell?: string }
    result: { executions: readonly Execution[] }
  }
  /** As Ctrl+C does; what is queued is taken from the queue. */
  'kernels/interrupt': { params: { kernelId: KernelId }; result: Record<never, never> }
  /** Resolves when the new process is being started; also for a dead one. What runs is lost, its journal goes on. */
  'kernels/restart': { params: { kernelId: KernelId; tokens?: TargetTokens }; result: { kernel: Kernel } }
  /** Ends it and forgets it with its journal. One that there is not any more is none to shut down, and no error. */
  'kernels/shutdown': { params: { kernelId: KernelId }; result: Record<never, never> }
  /** @throws TEMPORARILY_UNAVAILABLE when it is busy for longer than it is waited for, as the next two */
  'kernels/complete': {
    /** `position`: in UTF-16 units of `code`, as editors count. */
    params: { kernelId: KernelId; code: string; position: number }
    result: CompletionList
  }
  'kernels/inspect': {
    params: {
      kernelId: KernelId
      code: string
      position: number
      /** With the source. Default: false. */
      isDetailed?: boolean
    }
    /** Null for nothing found. By MIME type. */
    result: { data: Readonly<Record<string, unknown>> | null }
  }
  /** Whether code is whole, as a console wants to know. */
  'kernels/is-complete': {
    params: { kernelId: KernelId; code: string }
    result: { status: 'complete' | 'incomplete' | 'invalid' | 'unknown'; indent: string }
  }
  /** Answers an output of the kind `input`. @throws INVALID_STATE when the execution waits for none */
  'kernels/input': {
    params: { kernelId: KernelId; executionId: ExecutionId; value: string }
    result: Record<never, never>
  }
}

/** What one may ask about runs that are cells. */
export interface RunNotebookMethods {
  /**
   * Keeps with a run, as `artifactPaths.notebook`, what its kernel has run until the end of an execution, which may still
   * go on: the artifact comes when it has ended. The run is tagged with the path of its notebook where that is known.
   * @throws RESOURCE_DOES_NOT_EXIST for a run or kernel
   */
  'kernels/keep-notebook': {
    params: {
      runId: RunId
      kernelId: KernelId
      executionId: ExecutionId
      /** Of the kernel's environment, one a line, kept as `artifactPaths.packages`; at most 1,048,576 characters. */
      packages?: string
    }
    result: Record<never, never>
  }
}

export interface CompletionList {
  readonly matches: readonly Completion[]
  /** What they stand for, in UTF-16 units of the code. */
  readonly start: number
  readonly end: number
}

export interface Completion {
  readonly text: string
  /** As `function`, `module`, where the kernel tells. */
  readonly type?: string
}

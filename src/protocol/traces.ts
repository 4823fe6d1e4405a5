import type { ExperimentId } from './ids.ts'
import type { Tag } from './runs.ts'

/** In the order of their numbers on MLflow's wire, from 0. */
export const traceStates = ['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const
export type TraceState = (typeof traceStates)[number]

/** What is known of a trace beside its spans. */
export interface TraceInfo {
  readonly traceId: string
  readonly experimentId: ExperimentId
  /** Milliseconds since 1970-01-01 UTC. */
  readonly requestTime: number
  /** Milliseconds; absent while it goes on. */
  readonly executionDuration?: number
  readonly state: TraceState
  /** What the client's own system calls the request. */
  readonly clientRequestId?: string
  /** The beginning of what was asked and answered. */
  readonly requestPreview?: string
  readonly responsePreview?: string
  /** Written with the trace. */
  readonly metadata: readonly Tag[]
  /** May be changed later. */
  readonly tags: readonly Tag[]
  readonly assessments: readonly Assessment[]
}

/** A trace as a client tells of it once it has ended. */
export interface NewTrace extends Omit<TraceInfo, 'assessments'> {
  readonly assessments: readonly NewAssessment[]
}

export interface Trace {
  readonly info: TraceInfo
  /**
   * JSON of each, as `writeSpanJson` writes it, some at a time; those without a parent first, then by their start. To be
   * read once.
   */
  readonly spans: AsyncIterable<readonly string[]>
}

/** In the order of their numbers on MLflow's wire, from 0. */
export const assessmentSourceTypes = ['SOURCE_TYPE_UNSPECIFIED', 'HUMAN', 'LLM_JUDGE', 'CODE'] as const

export interface AssessmentError {
  readonly code: string
  readonly message?: string
  readonly stackTrace?: string
}

/** What somebody, or some program, has to say about a trace: how good it is, or what it should have been. */
export interface NewAssessment {
  readonly assessmentId?: string
  readonly kind: 'feedback' | 'expectation' | 'issue'
  readonly name: string
  /** JSON; of an issue the text that is its name. */
  readonly value: string
  readonly error?: AssessmentError
  readonly source: { readonly type: (typeof assessmentSourceTypes)[number]; readonly id?: string }
  readonly spanId?: string
  readonly rationale?: string
  readonly metadata: readonly Tag[]
  /** The assessment that this one takes the place of. */
  readonly overrides?: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createTime?: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly lastUpdateTime?: number
}

export interface Assessment extends NewAssessment {
  readonly assessmentId: string
  readonly traceId: string
  /** False once another one has taken its place. */
  readonly isValid: boolean
  readonly createTime: number
  readonly lastUpdateTime: number
}

/** What to change of an assessment; what is absent stays. */
export interface AssessmentChange {
  readonly name?: string
  readonly feedback?: Pick<NewAssessment, 'value' | 'error'>
  readonly expectation?: Pick<NewAssessment, 'value'>
  readonly rationale?: string
  /** Put over what there is, key by key. */
  readonly metadata?: readonly Tag[]
}

/** Keys of tags and metadata that MLflow gives a meaning. */
export const traceKeys = {
  name: 'mlflow.traceName',
  artifactLocation: 'mlflow.artifactLocation',
  /** Where spans are kept: `TRACKING_STORE`. */
  spansLocation: 'mlflow.trace.spansLocation',
  linkedPrompts: 'mlflow.linkedPrompts',
  sourceRun: 'mlflow.sourceRun',
  session: 'mlflow.trace.session',
  user: 'mlflow.trace.user',
  tokenUsage: 'mlflow.trace.tokenUsage',
  cost: 'mlflow.trace.cost',
  sizeStats: 'mlflow.trace.sizeStats',
  /** A client has told of the trace as a whole; what spans say does not go over that. */
  isFinalized: 'mlflow.trace.infoFinalized',
} as const

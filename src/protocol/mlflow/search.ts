/** What a comparison looks at. `attribute` keys are MLflow's: `status`, `start_time`, `run_id`, `run_name` … */
export interface Identifier {
  readonly kind:
    | 'attribute'
    | 'metric'
    | 'param'
    | 'tag'
    | 'dataset'
    /** These are of traces: what they were begun with, their spans, and what is said of them. */
    | 'metadata'
    | 'span'
    | 'feedback'
    | 'expectation'
    | 'issue'
  readonly key: string
}

/** A parsed filter: comparisons that must all hold (MLflow's grammar has no OR). */
export type Filter = readonly Comparison[]

export type Comparison =
  | {
      readonly identifier: Identifier
      readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE'
      readonly value: string | number
    }
  | { readonly identifier: Identifier; readonly operator: 'IN' | 'NOT IN'; readonly values: readonly string[] }
  | { readonly identifier: Identifier; readonly operator: 'IS NULL' | 'IS NOT NULL' }

export interface OrderClause {
  readonly identifier: Identifier
  readonly descending: boolean
}

import type { MethodName, Methods } from '../protocol/methods.ts'

/** Typed methods of one feature: each parses nothing itself but takes what the wire's parser has checked. */
export type MethodTable<Name extends MethodName> = {
  readonly [M in Name]: {
    /** Turns what came over the wire into params. @throws INVALID_PARAMETER_VALUE naming the field */
    parse(params: unknown): Methods[M]['params']
    run(params: Methods[M]['params']): Promise<Methods[M]['result']>
  }
}

/** What a REST route is given: the body already read and decoded, the path's captures, the query. No HTTP. */
export interface RestRequest {
  /** The JSON body, or undefined for none. */
  readonly body: unknown
  readonly query: URLSearchParams
  /** `{name}` parts of the path, percent-decoded. */
  readonly captures: Readonly<Record<string, string>>
}

/** One REST route whose request and answer are JSON. */
export interface RestRoute {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for one component and `{name*}` for the rest of the path. */
  readonly path: string
  /** Resolves to the JSON answer. */
  run(request: RestRequest): Promise<unknown>
}

/** One REST route that takes or gives a body as bytes, streamed. */
export interface StreamRoute {
  readonly verb: 'GET' | 'PUT'
  readonly path: string
  run(request: {
    readonly captures: Readonly<Record<string, string>>
    readonly query: URLSearchParams
    /** Ends with an error when the client goes away before its end. */
    readonly body: AsyncIterable<Uint8Array>
    readonly signal: AbortSignal
  }): Promise<StreamAnswer>
}

/** JSON for a finished upload, or bytes with the name a browser may save them under. */
export type StreamAnswer =
  | { readonly json: unknown }
  | { readonly bytes: ReadableStream<Uint8Array>; readonly sizeBytes: number; readonly fileName: string }

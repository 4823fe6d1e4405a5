import type { ByteRange } from './artifact-store.ts'
import type { OpenArtifact } from './artifacts.ts'
import type { MethodName, Methods } from '../protocol/methods.ts'
import type { ParamsParser } from '../protocol/parse.ts'
import type { Shape } from '../protocol/shape.ts'

/** Typed methods of one feature: each parses nothing itself but takes what the wire's parser has checked. */
export type MethodTable<Name extends MethodName> = {
  readonly [M in Name]: {
    /** Turns what came over the wire into params. @throws INVALID_PARAMETER_VALUE naming the field */
    readonly parse: ParamsParser<Methods[M]['params']>
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
  /** How the client reaches this server: what goes before all paths, and the headers by which it is let in. */
  readonly server: { readonly uri: string; readonly headers: Readonly<Record<string, string>> }
}

/** The member of an answer that is JSON already, in pieces: what was stored as JSON is not parsed to be written again. */
export const writtenJson = Symbol('written JSON')

/** JSON of any size, which need not be in memory as a whole. */
export interface WrittenJson {
  readonly [writtenJson]: AsyncIterable<string> | Iterable<string>
}

/** One REST route whose request and answer are JSON. */
export interface RestRoute {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for one component and `{name*}` for the rest of the path. */
  readonly path: string
  /** Of the body; of a GET, of the query. */
  readonly takes: Shape
  /** Of the JSON answer, where it is known; else it is any object. */
  readonly answers?: Shape
  /** Resolves to the JSON answer, or to a `WrittenJson`. */
  run(request: RestRequest): Promise<unknown>
}

/** One route whose request, which fits into memory, may be another thing than JSON, and whose answer is of the same type. */
export interface BytesRoute {
  readonly verb: 'POST'
  readonly path: string
  /** Taken beside JSON. */
  readonly contentType: string
  /** Names in lower case. */
  readonly headers: Shape
  run(request: {
    readonly body: Uint8Array
    readonly isJson: boolean
    /** By its name in lower case. */
    header(name: string): string | undefined
  }): Promise<Uint8Array>
}

/** One REST route that takes or gives a body as bytes, streamed. */
export interface StreamRoute {
  readonly verb: 'GET' | 'PUT'
  readonly path: string
  /** Of the query; none when there is none. */
  readonly takes?: Shape
  run(request: {
    readonly captures: Readonly<Record<string, string>>
    readonly query: URLSearchParams
    /** Ends with an error when the client goes away before its end. */
    readonly body: AsyncIterable<Uint8Array>
    /** The part of the bytes that is asked for; a route may give all of them. */
    readonly range: ByteRange
    readonly signal: AbortSignal
  }): Promise<StreamAnswer>
}

/** JSON for a finished upload, with a tag for what has come; or bytes with the name a browser may save them under. */
export type StreamAnswer = { readonly json: unknown; readonly etag?: string } | OpenArtifact

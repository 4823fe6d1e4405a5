import { Session, type Runtime } from 'node:inspector'
import { createPromiseKeeper } from './promise-keeper.ts'

/** What code came to. */
export type Evaluation =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'thrown'; readonly value: unknown }
  /** Its execution was ended from outside. */
  | { readonly kind: 'terminated' }

/** Runs code in the global scope of this thread, as the console of an inspector does. */
export interface Evaluator {
  /** Declarations stay, and may be declared again by later code; `await` may stand at the outermost level. */
  evaluate(expression: string, done: (evaluation: Evaluation) => void): void
  /** The value of what changes nothing; undefined for what would, or fails. */
  peek(expression: string): { readonly value: unknown } | undefined
  /** Of `const`, `let` and `class` that code has declared. */
  lexicalNames(): readonly string[]
}

const objectGroup = 'cell'

/** With what the types of Node do not know yet. */
type EvaluateParams = Runtime.EvaluateParameterType & {
  readonly replMode?: boolean
  readonly throwOnSideEffect?: boolean
  /** Milliseconds. */
  readonly timeout?: number
}

export function createEvaluator(): Evaluator {
  const session = new Session()
  session.connect()
  const promises = createPromiseKeeper()
  let taken: unknown
  const taker = createTaker(session, (value) => (taken = value))

  /** The value that a description of the inspector's stands for. */
  function valueOf(described: Runtime.RemoteObject): unknown {
    const { objectId, unserializableValue, value } = described
    const argument =
      objectId !== undefined ? { objectId } : unserializableValue !== undefined ? { unserializableValue } : { value }
    session.post('Runtime.callFunctionOn', {
      objectId: taker,
      functionDeclaration: 'function (value) { this(value) }',
      arguments: [argument],
    })
    const found = taken
    taken = undefined
    return found
  }

  return {
    evaluate(expression, done) {
      const asked: EvaluateParams = { expression, replMode: true, awaitPromise: true, objectGroup }
      const letGo = promises.keepNext()
      session.post('Runtime.evaluate', asked, (error, answer) => {
        letGo()
        if (error !== null) return done({ kind: 'terminated' })
        const { result, exceptionDetails } = answer
        if (exceptionDetails === undefined) done({ kind: 'value', value: valueOf(result) })
        else done({ kind: 'thrown', value: valueOf(exceptionDetails.exception ?? result) })
        session.post('Runtime.releaseObjectGroup', { objectGroup })
      })
      promises.stop()
    },
    peek(expression) {
      let seen: { value: unknown } | undefined
      const asked: EvaluateParams = {
        expression: `(${expression})`,
        throwOnSideEffect: true,
        silent: true,
        timeout: 200,
        objectGroup,
      }
      session.post('Runtime.evaluate', asked, (error, answer) => {
        if (error !== null || answer.exceptionDetails !== undefined) return
        seen = { value: valueOf(answer.result) }
      })
      return seen
    },
    lexicalNames() {
      let names: readonly string[] = []
      session.post('Runtime.globalLexicalScopeNames', {}, (error, answer) => {
        if (error === null) ({ names } = answer)
      })
      return names
    },
  }
}

/** @returns the inspector's id of a function that takes a value */
function createTaker(session: Session, take: (value: unknown) => void): string {
  const name = '__runwrightTake'
  Object.defineProperty(globalThis, name, { value: take, configurable: true })
  let id = ''
  session.post('Runtime.evaluate', { expression: name }, (_, { result }) => (id = result.objectId ?? ''))
  Reflect.deleteProperty(globalThis, name)
  return id
}

import { inspect, types } from 'node:util'
import type { Evaluator } from './evaluator.ts'
import type { Content } from './kernel-lines.ts'
import type { CodeQuestion } from './thread-messages.ts'

const keywords =
  'async await break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof let new null return static super switch this throw true try typeof undefined var void while yield'.split(
    ' ',
  )

/**
 * The content of Jupyter's `complete_reply`, but for its positions in UTF-16 units as `start` and `end`, or of its
 * `inspect_reply`. No code of cells is called to find out.
 */
export function answerCode(evaluator: Evaluator, question: CodeQuestion): Content {
  const { kind, code, position, isDetailed } = question
  return kind === 'complete' ? completeAt(evaluator, code, position) : inspectAt(evaluator, code, position, isDetailed)
}

function completeAt(evaluator: Evaluator, code: string, position: number): Content {
  const [chain = ''] = /[\p{ID_Continue}$.]*$/u.exec(code.slice(0, position)) ?? []
  const dot = chain.lastIndexOf('.')
  const begun = chain.slice(dot + 1)
  const found = dot < 0 ? namesInScope(evaluator) : namesOf(evaluator, chain.slice(0, dot))
  const fitting = [...found].filter(([name]) => name.startsWith(begun)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    matches: fitting.map(([name]) => name),
    types: fitting.map(([, type]) => type),
    start: position - begun.length,
    end: position,
  }
}

function namesInScope(evaluator: Evaluator): Map<string, string> {
  const names = new Map(keywords.map((name) => [name, 'keyword']))
  addProperties(names, globalThis)
  for (const name of evaluator.lexicalNames()) names.set(name, typeOf(evaluator.peek(name)?.value))
  return names
}

function namesOf(evaluator: Evaluator, expression: string): Map<string, string> {
  const names = new Map<string, string>()
  const seen = expression === '' ? undefined : evaluator.peek(expression)
  if (seen?.value !== undefined && seen.value !== null) addProperties(names, Object(seen.value))
  return names
}

/** Its own and those that it has from others; a getter is not asked. */
function addProperties(names: Map<string, string>, owner: object): void {
  for (let each: object | null = owner; each !== null && !types.isProxy(each); each = Object.getPrototypeOf(each)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(each))) {
      if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !name.startsWith('__') && !names.has(name)) {
        names.set(name, typeOf(property.value))
      }
    }
  }
}

function typeOf(value: unknown): string {
  if (typeof value !== 'function') return 'instance'
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function'
}

/** What the name at the cursor stands for. */
function inspectAt(evaluator: Evaluator, code: string, position: number, isDetailed: boolean): Content {
  const [before = ''] = /[\p{ID_Continue}$.]*$/u.exec(code.slice(0, position)) ?? []
  const [after = ''] = /^[\p{ID_Continue}$]*/u.exec(code.slice(position)) ?? []
  const name = `${before}${after}`
  const seen = name === '' || name.endsWith('.') ? undefined : evaluator.peek(name)
  if (seen === undefined) return { found: false, data: {}, metadata: {} }
  return { found: true, data: { 'text/plain': describe(name, seen.value, isDetailed) }, metadata: {} }
}

function describe(name: string, value: unknown, isDetailed: boolean): string {
  if (typeof value !== 'function')
    return `${name}: ${inspect(value, { depth: 1, maxArrayLength: 20, customInspect: false, showProxy: true })}`
  const source = Function.prototype.toString.call(value)
  const [head = ''] = /^[^{]*?(?=\s*(\{|=>))/.exec(source) ?? []
  const isNative = /\[native code\]\s*\}$/.test(source)
  // Where its types were there is space.
  const written = head.replaceAll(/\s+/g, ' ').replaceAll(/ (?=[,)])/g, '')
  const signature = isNative ? `function ${value.name}, ${value.length} parameters` : written
  return isDetailed && !isNative ? source : `${name}: ${signature}`
}

import * as nodeModule from 'node:module'
import { Script } from 'node:vm'
import { rewriteMagics } from './magics/rewrite-magics.ts'
import { rewriteImports } from './rewrite-imports.ts'

/** What became of the code of a cell before it runs. */
export type PreparedCell =
  | { readonly kind: 'ready'; readonly expression: string }
  /** `isIncomplete`: more lines might make it whole. */
  | { readonly kind: 'refused'; readonly message: string; readonly place: string; readonly isIncomplete: boolean }

/** The name by which stack traces call a cell. */
export function cellName(count: number): string {
  return `cell[${count}]`
}

/** JavaScript or TypeScript as the engine evaluates it: types are blanked, so that lines and columns stay. */
export function prepareCell(code: string, count: number): PreparedCell {
  try {
    const expression = rewriteImports(stripTypes(rewriteMagics(code)))
    checkSyntax(expression, count)
    return { kind: 'ready', expression: `${expression}\n//# sourceURL=${cellName(count)}` }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return refuse(error, code, count)
  }
}

/** What the parser of types lets pass is refused before anything runs, since the engine’s console would not say where. */
function checkSyntax(code: string, count: number): void {
  void new Script(`(async () => {\n${code}\n})`, { filename: cellName(count), lineOffset: -1 })
}

/** Node puts the place before the stack: `:LINE`, lines of the code, and one of `^` unless it is the end of the code. */
function refuse({ message, stack = '' }: SyntaxError, code: string, count: number): PreparedCell {
  const [, line, shown = ''] = /^[^\n]*:(\d+)\n([\s\S]*?)\n+SyntaxError\b/.exec(stack) ?? []
  const mark = /\n(\s*\^+)\s*$/.exec(shown)?.[1]
  const lines = code.split('\n')
  const text = lines[Number(line) - 1] ?? ''
  const isAtEnd = mark === undefined && Number(line) >= code.trimEnd().split('\n').length
  return {
    kind: 'refused',
    message: message.replace('in strip-only mode', 'here: only types that can be left out are'),
    place:
      line === undefined ? '' : [`${cellName(count)}:${line}`, text, ...(mark === undefined ? [] : [mark])].join('\n'),
    isIncomplete: isAtEnd || /^Unterminated (template|block comment)/.test(message),
  }
}

function stripTypes(code: string): string {
  // It is young, and warns so at each first use; an editor's Node may be built without it.
  const strip: unknown = Reflect.get(nodeModule, 'stripTypeScriptTypes')
  if (typeof strip !== 'function') return code
  const stripped: unknown = strip(code)
  return typeof stripped === 'string' ? stripped : code
}

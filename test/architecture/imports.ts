import { parseTokens } from './tokens.ts'
import type { Token } from './tokens.ts'

/** One place where a module names another. */
export interface ModuleReference {
  readonly specifier: string
  /** `import type …` or `export type … from`; gone when the program runs. An inline `{ type A }` still loads the module. */
  readonly typeOnly: boolean
  /** `export * from`. */
  readonly everything: boolean
}

/**
 * Every module that a TypeScript source names by a literal: imports, re-exports, `import('…')` as an expression and as
 * a type. The latter two look alike here, so both count as values.
 *
 * @throws {SyntaxError} when the source does not end properly
 */
export function parseImports(source: string): ModuleReference[] {
  const tokens = parseTokens(source)
  const references: ModuleReference[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || (token.text !== 'import' && token.text !== 'export')) continue
    if (tokens[index - 1]?.text === '.') continue
    const reference = token.text === 'import' ? parseImport(tokens, index + 1) : parseExport(tokens, index + 1)
    if (reference !== undefined) references.push(reference)
  }
  return references
}

/** `at` = the token after `import`. */
function parseImport(tokens: readonly Token[], at: number): ModuleReference | undefined {
  const next = tokens[at]
  if (next?.kind === 'string') return { specifier: next.text, typeOnly: false, everything: false }
  if (next?.text === '(') {
    const argument = tokens[at + 1]
    if (argument?.kind !== 'string') return undefined
    return { specifier: argument.text, typeOnly: false, everything: false }
  }
  const typeOnly = isTypeKeyword(tokens, at)
  const specifier = findSource(tokens, typeOnly ? at + 1 : at)
  return specifier === undefined ? undefined : { specifier, typeOnly, everything: false }
}

/** `at` = the token after `export`. */
function parseExport(tokens: readonly Token[], at: number): ModuleReference | undefined {
  const typeOnly = isTypeKeyword(tokens, at)
  const start = typeOnly ? at + 1 : at
  const opening = tokens[start]?.text
  if (opening !== '{' && opening !== '*') return undefined
  const specifier = findSource(tokens, start)
  return specifier === undefined ? undefined : { specifier, typeOnly, everything: opening === '*' }
}

/** Tells `import type A from 'a'` from `import type from 'a'`, which imports a default called `type`. */
function isTypeKeyword(tokens: readonly Token[], at: number): boolean {
  if (tokens[at]?.text !== 'type') return false
  const [next, afterNext] = [tokens[at + 1], tokens[at + 2]]
  if (next?.text === 'from') return afterNext?.text === 'from'
  return next?.kind === 'word' || next?.text === '{' || next?.text === '*'
}

/** Walks over a clause of names, commas and braces to the string after its `from`. */
function findSource(tokens: readonly Token[], start: number): string | undefined {
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at]
    const next = tokens[at + 1]
    if (token?.kind === 'word' && token.text === 'from' && next?.kind === 'string') return next.text
    if (token?.text === '}' && next?.text !== 'from') return undefined
    if (token?.kind === 'punctuator' && !'{},*'.includes(token.text)) return undefined
  }
  return undefined
}

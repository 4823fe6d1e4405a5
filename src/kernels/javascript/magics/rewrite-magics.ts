import { bridgeName } from '../rewrite-imports.ts'

/** Those that stand in a line of their own. */
export const lineMagics = ['runs', 'compare', 'data', 'model', 'compress', 'runwright'] as const

const line = new RegExp(
  `^((?:(?:const|let|var)\\s+\\w+\\s*=\\s*)?)%(${lineMagics.join('|')})(?:[ \\t]+(.*?))?[ \\t\\r]*$`,
)
const firstLine = /^%%track(?:[ \t]+(.*?))?[ \t\r]*$/

/**
 * Code of a cell with calls of the bridge in place of magics, in the words of the kernels for Python. Lines stay where
 * they are. A name that is no magic of this kernel stays, and is a mistake in JavaScript.
 */
export function rewriteMagics(code: string): string {
  if (!code.includes('%')) return code
  return code
    .split('\n')
    .map((text, index) => (index === 0 ? rewriteFirst(text) : rewriteLine(text)))
    .join('\n')
}

function rewriteFirst(text: string): string {
  const found = firstLine.exec(text)
  return found === null ? rewriteLine(text) : callOf('track', found[1])
}

function rewriteLine(text: string): string {
  const [, declared = '', name, words] = line.exec(text) ?? []
  return name === undefined ? text : declared + callOf(name, words)
}

function callOf(name: string, words = ''): string {
  return `await ${bridgeName}.magic(${JSON.stringify(name)}, ${JSON.stringify(words)});`
}

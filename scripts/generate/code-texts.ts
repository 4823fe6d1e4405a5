import { glob, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Matches a call of `localize`, and what it is called with when that is a literal. */
const call = /(?<!function )\blocalize\(\s*(?:(?<quote>['"])(?<literal>(?:\\.|(?!\k<quote>).)*)\k<quote>(?=\s*[,)]))?/g

/**
 * The texts that the extension shows at run time, as its code says them in English; each once, sorted.
 *
 * @throws TypeError naming the file in which a text is not a literal, and so could have no translation
 */
export async function listCodeTexts(root: URL): Promise<readonly string[]> {
  const texts = new Set<string>()
  for await (const path of glob('src/extension/**/*.ts', { cwd: fileURLToPath(root), exclude: ['**/*.test.ts'] })) {
    const code = await readFile(new URL(path, root), 'utf8')
    for (const text of findCodeTexts(code, path)) texts.add(text)
  }
  return [...texts].sort()
}

/** Exported for its test. */
export function findCodeTexts(code: string, path: string): readonly string[] {
  return [...code.matchAll(call)].map(({ groups, index }) => {
    const literal = groups?.['literal']
    if (literal !== undefined)
      return literal.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    const line = code.slice(0, index).split('\n').length
    throw new TypeError(`${path}:${line}: localize takes its text as a literal, so that it can be translated.`)
  })
}

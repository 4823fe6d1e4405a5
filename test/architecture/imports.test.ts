import assert from 'node:assert/strict'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import * as fc from 'fast-check'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readFile } from 'node:fs/promises'
import { parseImports } from './imports.ts'

const root = join(import.meta.dirname, '..', '..')

/** What a line imports: `a` as a value, `type a` as a type, `* a` all of it. */
function summarize(source: string): string[] {
  return parseImports(source).map(
    ({ specifier, typeOnly, everything }) => `${everything ? '* ' : ''}${typeOnly ? 'type ' : ''}${specifier}`,
  )
}

/** Sources with what they import; any of them may follow any other. */
const fragments: readonly (readonly [source: string, ...imports: string[]])[] = [
  [`import 'a'`, 'a'],
  [`import a from "a"`, 'a'],
  [`import a, { type B, c as d } from 'a'`, 'a'],
  [`import * as a from 'a'`, 'a'],
  [`import {\n  a, // from 'b'\n  b,\n} from 'a' // the end`, 'a'],
  [`import type { A } from 'a'`, 'type a'],
  [`import type * as a from 'a'`, 'type a'],
  [`import type A from 'a'`, 'type a'],
  [`import type from 'a'`, 'a'],
  [`import type from from 'a'`, 'type a'],
  [`import { from } from 'a'`, 'a'],
  [`import a from './a.json' with { type: 'json' }`, './a.json'],
  [`export { a } from 'a'`, 'a'],
  [`export type { A } from 'a'`, 'type a'],
  [`export * from 'a'`, '* a'],
  [`export type * as a from 'a'`, '* type a'],
  [`const a = await import('a')`, 'a'],
  [`let a: import('a').A`, 'a'],
  ['const a = `${(await import("a")).name} and ${`b ${c}`}`', 'a'],
  [`export { a }`],
  [`export type A = { from: 'a' }`],
  [`export const from = 'a'`],
  [`import.meta.resolve('a')`],
  [`loader.import('a')`],
  [`const a = { import: 'a', from: 'b' }`],
  [`// import 'a'`],
  [`/* import 'a'\n import 'b' */`],
  [`const a = "import 'a'"`],
  [`const a = 'it\\'s import "a"'`],
  ["const a = `import 'a' ${{ b: '}' }} \\` $ import 'b'`"],
  [`const a = /import 'a'/.test(b)`],
  [`const a = b.split(/['"\`]/)`],
  [`const a = /[/'\\]]/ // '`],
  [`const a = b / c / d`],
  [`const a = (b) / 'c'.length / 2`],
  [`const a = b[0] / c // it's`],
  [`for (const a of /'/g[Symbol.matchAll](b)) { c() }`],
  [`type A<B extends string> = B extends \`\${infer C}/\${string}\` ? C : never`],
]

/** Leaves every import as written, so that each file is read for itself. */
const keepImports: Plugin = {
  name: 'keep imports',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === 'entry-point' ? undefined : { path, external: true }))
  },
}

describe('parseImports', () => {
  for (const [source, ...imports] of fragments) {
    it(`reads ${JSON.stringify(source)}`, () => assert.deepEqual(summarize(source), imports))
  }

  it('reads any sequence of these as the sequence of what each imports', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments)), fc.constantFrom('\n', '\n\n', '\r\n'), (parts, newline) => {
        const source = parts.map(([text]) => text).join(newline)
        assert.deepEqual(
          summarize(source),
          parts.flatMap(([, ...imports]) => imports),
        )
      }),
    )
  })

  it('finds nothing in strings, templates and comments, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const inside = `${text} import 'a'`
        const template = inside.replaceAll(/[`$\\]/g, String.raw`\$&`)
        const source = [
          `const a = ${JSON.stringify(inside)}`,
          `const b = \`${template}\``,
          `/* ${inside.replaceAll('*/', '')} */`,
          `// ${inside.replaceAll(/[\n\r]/g, '')}`,
        ]
        assert.deepEqual(summarize(source.join('\n')), [])
      }),
    )
  })

  it('says so when a source does not end', () => {
    for (const source of [`const a = 'b`, 'const a = `b', '{', '}', 'const a = `${b']) {
      assert.throws(() => parseImports(source), SyntaxError, source)
    }
  })

  it('agrees with esbuild on what each file of this repository loads', async () => {
    const entryPoints = globSync('{src,test,bench,scripts}/**/*.ts', {
      cwd: root,
      exclude: ['**/node_modules/**', '**/.venv/**'],
    })
    const { metafile } = await build({
      entryPoints,
      absWorkingDir: root,
      outdir: 'out',
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      plugins: [keepImports],
    })
    for (const path of entryPoints) {
      const expected = new Set(metafile.inputs[path]?.imports.map(({ path }) => path))
      const source = await readFile(join(root, path), 'utf8')
      const loaded = parseImports(source).filter(({ typeOnly }) => !typeOnly)
      const found = new Set(loaded.map(({ specifier }) => specifier))
      assert.deepEqual(
        Array.from(expected).filter((specifier) => !found.has(specifier)),
        [],
        path,
      )
      const dynamic = /\bimport\(/.test(source)
      if (!dynamic) assert.deepEqual(found, expected, path)
    }
  })
})

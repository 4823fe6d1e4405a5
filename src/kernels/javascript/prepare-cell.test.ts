import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prepareCell } from './prepare-cell.ts'
import { rewriteImports } from './rewrite-imports.ts'

describe('imports of a cell', () => {
  for (const [from, to] of [
    [`import 'a'`, `await __runwright.import('a')`],
    [`import a from "a"`, `const { default: a } = await __runwright.imports(['default'], "a")`],
    [`import * as a from 'a'`, `const a = await __runwright.import('a')`],
    [`import a, * as b from 'a'`, `const b = await __runwright.import('a'), { default: a } = b`],
    [
      `import a, { b, c as d, } from 'a'; f()`,
      `const { default: a, b: b, c: d } = await __runwright.imports(['default', 'b', 'c'], 'a'); f()`,
    ],
    [
      `import {\n  b,\n  c\n} from 'a'\nf()`,
      `const { b: b, c: c } = await __runwright.imports(['b', 'c'], 'a')\n\n\n\nf()`,
    ],
    [
      `import a from './a.json' with { type: 'json' }`,
      `const { default: a } = await __runwright.imports(['default'], './a.json', { with: { type: 'json' } })`,
    ],
    [`f(await import('a'), import.meta.url)`, `f(await __runwright.import('a'), __runwright.meta.url)`],
    ['`x ${await import("a")} ${`import("b")`}`', '`x ${await __runwright.import("a")} ${`import("b")`}`'],
    [`a / import('x') / 2`, `a / __runwright.import('x') / 2`],
  ] as const) {
    it(`${from.replaceAll('\n', '⏎')} is asked for while it runs`, () => assert.equal(rewriteImports(from), to))
  }

  for (const code of [
    `'import("a")'`,
    `// import 'a'`,
    `/*\nimport 'a'\n*/`,
    '`\nimport "a"\n${"`import(1)"} import(2)`',
    `/['"/]import('a')/.test(x)`,
    `a.import('x')`,
    `const important = 1`,
    `({ a: /[/]"/g })`,
  ]) {
    it(`${code.replaceAll('\n', '⏎')} has none`, () => assert.equal(rewriteImports(code), code))
  }
})

describe('a cell', () => {
  const read = (code: string) => {
    const prepared = prepareCell(code, 3)
    return prepared.kind === 'ready' ? 'complete' : prepared.isIncomplete ? 'incomplete' : 'invalid'
  }
  for (const [status, codes] of [
    ['complete', ['1 + 1', '', 'await f()', 'type A = 1', 'import a from "a"', 'return_()']],
    ['incomplete', ['function f(x) {', 'f(', '[1,', '`a', '/* a', 'if (x) {\n  f(\n', 'x = 1 +', '({ a:']],
    ['invalid', ['const a = ;', 'let b; let b', 'export const b = 1', 'let a = "b', 'a b', ')', 'enum A { B }']],
  ] as const) {
    for (const code of codes) it(`${JSON.stringify(code)} is ${status}`, () => assert.equal(read(code), status))
  }

  it('loses its types and nothing else, in their places', () => {
    assert.deepEqual(prepareCell('const a: number = 1\nf<string>(a!)', 3), {
      kind: 'ready',
      expression: 'const a         = 1\nf        (a )\n//# sourceURL=cell[3]',
    })
  })

  it('that the engine refuses says where, too', () => {
    const prepared = prepareCell('let a = 1\n\nlet a: number = 2', 3)
    assert(prepared.kind === 'refused')
    assert.deepEqual(
      [prepared.message, prepared.place],
      [`Identifier 'a' has already been declared`, 'cell[3]:3\nlet a: number = 2\n    ^'],
    )
  })

  it('that cannot run says where', () => {
    const prepared = prepareCell('f()\nconst a: number = ;', 3)
    assert(prepared.kind === 'refused')
    assert.deepEqual(
      [prepared.message, prepared.place],
      ['Expression expected', 'cell[3]:2\nconst a: number = ;\n                  ^'],
    )
  })
})

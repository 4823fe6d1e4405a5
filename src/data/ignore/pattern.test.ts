import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { createIgnoreRules } from './ignore-rules.ts'
import { parseIgnorePatterns } from './pattern.ts'

/** Asks git itself, in a repository with the folders that are below. */
function openOracle() {
  const folder = mkdtempSync(join(tmpdir(), 'runwright-ignore-'))
  execFileSync('git', ['init', '--quiet', folder])
  for (const name of ['d/b', 'd/e']) mkdirSync(join(folder, name), { recursive: true })
  return {
    ask(text: string, paths: readonly string[]): ReadonlySet<string> {
      writeFileSync(join(folder, '.gitignore'), text)
      const { stdout } = spawnSync('git', ['check-ignore', '--no-index', '-z', '--stdin'], {
        cwd: folder,
        input: paths.map((path) => `${path}\0`).join(''),
      })
      return new Set(stdout.toString().split('\0').slice(0, -1))
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** As a walk would ask: folders first, and nothing below an ignored one. */
function ignores(text: string, path: string): boolean {
  const rules = createIgnoreRules([{ folder: '', patterns: parseIgnorePatterns(text) }])
  const parts = path.split('/')
  return parts.some((_, index) => {
    const upTo = parts.slice(0, index + 1).join('/')
    return rules.ignores(upTo, folders.has(upTo))
  })
}

const folders = new Set(['d', 'd/b', 'd/e'])
const paths = [...folders, 'a', 'b.tmp', 'd/a', 'd/b.tmp', 'd/b/c', 'd/b/c.tmp', 'ab', 'A b', 'd/[b]', '#a', '!a', 'é']

it('ignores what git ignores, for patterns that people write', () => {
  using git = openOracle()
  for (const text of [
    'a',
    'd/',
    'a/',
    '/a',
    '*.tmp',
    'd/b',
    '/d/b/',
    'd/**',
    '**/c',
    'd/**/c',
    'd/*',
    '*\n!b.tmp',
    '*.tmp\n!d/b.tmp',
    '# a',
    '\\#a',
    '\\!a',
    'A\\ b',
    'a ',
    'a\\ ',
    '[ab]',
    '[!a]b',
    'a?',
    '[[:alpha:]]b',
    'd/\\[b\\]',
    '[b',
    'a\\',
    'é',
    'd/?',
    '**',
    '***',
    'a**b',
    '/*\n!/a',
    '/',
    '',
    'b.tmp   ',
    '[a-b]b',
    'd/[^x]/c',
    '**/b/*',
    'd/b/c*',
    '***/a',
    '[a-*]',
    '[b-\\]]',
    '[a-b-d]',
  ]) {
    const expected = git.ask(text, paths)
    for (const path of paths) assert.equal(ignores(text, path), expected.has(path), `${JSON.stringify(text)}: ${path}`)
  }
})

it('ignores what git ignores, for patterns that nobody writes', () => {
  using git = openOracle()
  // Git goes by bytes where DVC goes by characters.
  const asked = paths.filter((path) => path !== 'é')
  const letter = fc.constantFrom('a', 'b', 'd', '*', '**', '/', '?', '!', '[', ']', '-', '.', '\\', ' ')
  const line = fc
    .array(letter, { minLength: 1, maxLength: 7 })
    .map((letters) => letters.join(''))
    // Git cuts off the plain letters a pattern begins with and takes `d**/a` for `**/a` behind a `d`; by its own
    // documentation, and for DVC, these are two plain asterisks.
    .filter((text) => !/^!?[^*?[\\]*[^*?[\\/]\*\*/.test(text))
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 3 }), (lines) => {
      const text = lines.join('\n')
      const expected = git.ask(text, asked)
      for (const path of asked) assert.equal(ignores(text, path), expected.has(path), path)
    }),
    { numRuns: 150 },
  )
})

it('takes no longer for many stars than for a few, and ignores the same', () => {
  const name = 'a'.repeat(255)
  const path = Array.from({ length: 100 }, () => 'a').join('/')
  for (const [text, asked, expected] of [
    [`${'*a'.repeat(60)}b`, name, false],
    [`${'*a'.repeat(60)}*`, name, true],
    [`${'**/a/'.repeat(60)}b`, path, false],
    [`${'**/a/'.repeat(60)}a`, path, true],
    [`${'[a-c]*?'.repeat(40)}b`, name, false],
  ] as const) {
    assert.equal(ignores(text, asked), expected, text)
  }
  using git = openOracle()
  const letter = fc.constantFrom('a', 'b', 'd', '*', '*', '?', '/', '**/', '[ab]', '.')
  const line = fc.array(letter, { minLength: 4, maxLength: 12 }).map((letters) => `*${letters.join('')}*`)
  const asked = paths.filter((each) => each !== 'é')
  fc.assert(
    fc.property(line, (text) => {
      const expected = git.ask(text, asked)
      for (const each of asked) assert.equal(ignores(text, each), expected.has(each), `${text}: ${each}`)
    }),
    { numRuns: 100 },
  )
})

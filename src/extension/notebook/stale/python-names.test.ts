import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readPythonNames } from './python-names.ts'

function names(code: string): { uses: string[]; sets: string[] } {
  const { uses, sets } = readPythonNames(code)
  const builtIn = new Set(['print', 'range', 'open', 'len', 'int', 'list', 'zip', 'sorted', 'ValueError'])
  return { uses: [...uses].filter((name) => !builtIn.has(name)).toSorted(), sets: [...sets].toSorted() }
}

describe('the names of a cell in Python', () => {
  const cases: Readonly<Record<string, { code: string; uses?: string; sets?: string }>> = {
    'are set by an assignment and used by what is assigned': { code: 'a = b + c.d', uses: 'b c', sets: 'a' },
    'are set by several at once': { code: '(a, b), *c = d = e', uses: 'e', sets: 'a b c d' },
    'are used before they are set, not behind': { code: 'a = 1\nb = a\nc = c + b', uses: 'c', sets: 'a b c' },
    'are used and set by what adds': { code: 'a += b', uses: 'a b', sets: 'a' },
    'are changed through what belongs to them': { code: 'a[i].x = b\nc.d = 1', uses: 'a b c i', sets: 'a c' },
    'may have types': { code: 'a: list[T] = b', uses: 'T b', sets: 'a' },
    'are set by loops and by `with`': {
      code: 'for i, (j, k) in zip(a, b):\n    with open(i) as f: g = f.read()',
      uses: 'a b',
      sets: 'f g i j k',
    },
    'are none of texts and comments': { code: "a = 'b' # c\nd = '''e\nf = 1'''", sets: 'a d' },
    'are in the braces of an f-string': { code: `print(f'{a:.3f} {b["c"]} d')`, uses: 'a b' },
    'are not the arguments that have them': { code: 'f(a=b, c=1)', uses: 'b f' },
    'are not those of comprehensions and lambdas': {
      code: 'a = [x for x in b if x > c]\nd = lambda y, z: y + z + e',
      uses: 'b c e',
      sets: 'a d',
    },
    'are none that a function has for itself': {
      code: 'def f(a, b=c, *rest: T):\n    d = a + b + rest\n    return d + e + late\nlate = 1',
      uses: 'T c e',
      sets: 'f late',
    },
    'are none that a class has for itself': {
      code: 'class A(B):\n    x = 1\n    def f(self):\n        return self.y + z\nA()',
      uses: 'B z',
      sets: 'A',
    },
    'are not set by an import': { code: 'import a.b, c as d\nfrom .e import (f as g, h)\nd(a, g, h)' },
    'are used by decorators and set by what they decorate': { code: '@a.b(c)\ndef f(): pass', uses: 'a c', sets: 'f' },
    'are set by a walrus': { code: 'if (a := b) > 1: print(a)', uses: 'b', sets: 'a' },
    'are not in magics': { code: '%matplotlib inline\n!ls a\n%time b = c', sets: '' },
    'are not in another language': { code: '%%bash\na = b', sets: '' },
    'go over lines in brackets': { code: 'a = f(\n  b,\n  c\n)\nd = 1; e = 2', uses: 'b c f', sets: 'a d e' },
    'are not those that an error has for itself': {
      code: 'try:\n    a = b\nexcept ValueError as e:\n    print(e)',
      uses: 'b',
      sets: 'a e',
    },
    'are told as far as can be of code that is broken': { code: "a = (b\n'c", uses: 'b', sets: 'a' },
  }
  for (const [title, { code, uses = '', sets = '' }] of Object.entries(cases)) {
    it(title, () => {
      const words = (text: string) => text.split(' ').filter((word) => word !== '')
      assert.deepEqual(names(code), { uses: words(uses), sets: words(sets) })
    })
  }
})

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type DirEntry, formatDirObject, parseDirObject } from './dir-object.ts'
import { type Md5, parseMd5 } from './hash.ts'

const md5 = (digit: string): Md5 => parseMd5(digit.repeat(32)) ?? assert.fail()
const entry = (relpath: string, digit = '0'): DirEntry => ({ relpath, md5: md5(digit) })
const parse = (text: string) => parseDirObject(Buffer.from(text), 'the list')

describe('the list of a folder’s files', () => {
  it('is, byte for byte, what dvc 3.67.1 wrote', () => {
    const of = (relpath: string, hash: string) => ({ relpath, md5: parseMd5(hash) ?? assert.fail() })
    const text = formatDirObject([
      of('مرحبا', '9dd4e461268c8034f5c8564e155c67a6'),
      of('run.sh', '3e2b31c72181b87149ff995e7202c0e3'),
      of('sub dir/"q" é', '92eb5ffee6ae2fec3ad71c777531578f'),
      of('link', '0cc175b9c0f1b6a831c399e269772661'),
      of('a', '0cc175b9c0f1b6a831c399e269772661'),
      of('.hidden', 'd41d8cd98f00b204e9800998ecf8427e'),
    ])
    assert.equal(createHash('md5').update(text).digest('hex'), '514a2fb2f1e762a26e5f85da93918b99')
  })

  it('is in the order of code points, not of UTF-16 units', () => {
    const sorted = parse(formatDirObject([entry('😀'), entry('\uffee'), entry('b'), entry('a')]))
    assert.deepEqual(
      sorted.map(({ relpath }) => relpath),
      ['a', 'b', '\uffee', '😀'],
    )
  })

  it('is read back as it was', () => {
    const component = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
      .filter((text) => !/[/\0]|^\.+\w*$/.test(text))
    const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 20 }), (paths) => {
        const entries = paths
          .filter((one) => !paths.some((other) => other.startsWith(`${one}/`)))
          .map((one) => entry(one))
        const read = parse(formatDirObject(entries))
        assert.deepEqual(new Set(read.map(({ relpath }) => relpath)), new Set(entries.map(({ relpath }) => relpath)))
      }),
    )
  })

  it('is refused where a name leads out of the folder', () => {
    for (const relpath of [
      '../a',
      '/a',
      'a/../../b',
      'a//b',
      './a',
      '.git/hooks/x',
      'a/.GIT/config',
      'x\0y',
      '',
      'C:\\x',
    ]) {
      assert.throws(() => parse(formatDirObject([entry(relpath)])), { code: 'INVALID_PARAMETER_VALUE' }, relpath)
    }
  })

  it('is refused where a name stands twice, or is both a file and a folder', () => {
    assert.throws(() => parse(formatDirObject([entry('a'), entry('a', '1')])), /twice/)
    assert.throws(() => parse(formatDirObject([entry('a'), entry('a/b/c')])), /both as a file and as a folder/)
  })

  it('is refused where it is no list of files', () => {
    for (const text of ['', '{}', '[1]', '[{"md5": "x", "relpath": "a"}]', '[{"relpath": "a"}]', '\xff']) {
      assert.throws(() => parse(text), { code: 'INVALID_PARAMETER_VALUE' }, text)
    }
  })
})

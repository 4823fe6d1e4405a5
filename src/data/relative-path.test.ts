import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkRelativePath } from './relative-path.ts'

const refused = { code: 'INVALID_PARAMETER_VALUE', message: /^the list names .{1,400}, which [^\0]+\.$/s }
const check = (path: string, platform: string) => checkRelativePath(path, 'the list', platform)

const outside = ['', '/a', '../a', 'a/../../b', 'a//b', './a', 'a/', '.', '..', 'C:\\x', 'c:/x', 'x\0y', 'a/..']
const ownFolders = [
  '.git/hooks/post-checkout',
  'a/.GIT/config',
  '.dvc/config',
  '.Dvc/tmp',
  '.hg/hgrc',
  '.runwright/engine.json',
  // Other spellings for the same folder on Windows and macOS.
  '.git./config',
  '.git /config',
  '.git . ./config',
  '.git::$INDEX_ALLOCATION/config',
  'git~1/config',
  'a/DVC~1/config',
  '.g\u200cit/config',
  '\ufeff.git/config',
]
const tooLong = ['x'.repeat(256), `a/${'é'.repeat(128)}/b`, Array.from({ length: 3000 }, () => 'a').join('/')]
const onWindows = [
  '..\\x',
  'a\\..\\..\\x',
  '\\\\server\\share',
  'a\\.git\\config',
  'CON',
  'nul.txt',
  'a/com1.tar.gz',
  'LPT9 ',
  'aux /b',
  'C:x',
  'a:stream',
  'a.',
  'a ',
  'a/b?',
  'a\u0001',
]
const fine = [
  'a',
  'مجلد/ملف.csv',
  'a b/c',
  '.hidden',
  '.gitignore',
  'a/.github/x',
  'git',
  '~',
  'a~1',
  'console',
  'x'.repeat(255),
]

describe('a path that came from outside', () => {
  for (const platform of ['linux', 'darwin', 'win32']) {
    it(`is refused where it leads out of its folder, or to no file, on ${platform}`, () => {
      for (const path of [...outside, ...ownFolders]) assert.throws(() => check(path, platform), refused, path)
      const long = platform === 'win32' ? tooLong.filter((path) => !path.includes('é')) : tooLong
      for (const path of long) assert.throws(() => check(path, platform), refused)
      for (const path of fine) assert.equal(check(path, platform), path)
    })
  }

  it('is refused where Windows takes it for a device, a stream or a folder above', () => {
    for (const path of onWindows) assert.throws(() => check(path, 'win32'), refused, path)
    // A letter as any other elsewhere.
    for (const path of ['..\\x', 'CON', 'a.', 'a/b?']) assert.equal(check(path, 'linux'), path)
  })
})

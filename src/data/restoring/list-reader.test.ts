import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type DirEntry, formatDirObject } from '../dir-object.ts'
import { parseMd5 } from '../hash.ts'
import { readDirObject } from './list-reader.ts'

const md5 = parseMd5('0'.repeat(32)) ?? assert.fail()
const entries = (...paths: string[]): DirEntry[] => paths.map((relpath) => ({ relpath, md5 }))

function read(text: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'runwright-list-'))
  try {
    const path = join(folder, 'list')
    writeFileSync(path, text)
    const hash = createHash('md5').update(text).digest('hex')
    return [...readDirObject(path, hash, 'the list')].map(({ relpath }) => relpath)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the list of a folder, read piece by piece', () => {
  it('is that of all its files, however many pieces it has', () => {
    const names = Array.from({ length: 5000 }, (_, index) => `مجلد ${String(index).padStart(5, '0')}/"x"\n😀`)
    assert.deepEqual(read(formatDirObject(entries(...names))), names)
    assert.deepEqual(read('[]'), [])
  })

  it('is in order also where somebody has written it in another one, or with other spaces', () => {
    assert.deepEqual(read(JSON.stringify(entries('b', 'a'))), ['a', 'b'])
    const [first = '', second = ''] = ['a', 'b'].map((path) => formatDirObject(entries(path)).slice(1, -1))
    assert.deepEqual(read(`[${second}, ${first}]`), ['a', 'b'])
  })

  it('is refused where a name leads out of the folder, stands twice, or is a file and a folder', () => {
    for (const paths of [['../a'], ['a/../../b'], ['.git/x'], ['/a'], ['a', 'a'], ['a', 'a!', 'a/b']]) {
      const text = `[${paths.map((path) => formatDirObject(entries(path)).slice(1, -1)).join(', ')}]`
      assert.throws(() => read(text), { code: 'INVALID_PARAMETER_VALUE' }, paths.join())
    }
  })

  it('is refused where it is cut off', () => {
    const text = formatDirObject(entries('a', 'b'))
    for (const cut of [text.slice(0, -1), text.slice(0, -5), `${text} `.slice(1), '']) {
      assert.throws(() => read(cut), { code: 'INVALID_PARAMETER_VALUE' }, cut)
    }
  })
})

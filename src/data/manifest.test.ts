import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseMd5, parseSha256 } from './hash.ts'
import { formatManifest, type ManifestEntry, parseManifest, staysInside } from './manifest.ts'

const file = (path: string, isExecutable = false): ManifestEntry => ({
  kind: 'file',
  path,
  sizeBytes: 3,
  sha256: parseSha256('a'.repeat(64)) ?? assert.fail(),
  md5: parseMd5('b'.repeat(32)) ?? assert.fail(),
  isExecutable,
})
const link = (path: string, target: string): ManifestEntry => ({ kind: 'link', path, target })

describe('a manifest', () => {
  it('is read back as it was, in the order of its paths', () => {
    const entries = [
      file('run.sh', true),
      link('مرحبا', 'a'),
      { kind: 'folder', path: 'empty' } as const,
      file('a\n"b"'),
    ]
    const { entries: read } = parseManifest(formatManifest({ entries }), 'the manifest')
    assert.deepEqual(read, [entries[3], entries[2], entries[0], entries[1]])
  })

  it('is the same text whatever the order of its entries', () => {
    const entries = [file('b'), file('a'), file('c')]
    assert.equal(formatManifest({ entries }), formatManifest({ entries: entries.toReversed() }))
  })

  it('is refused where a name or a link leads out of the folder', () => {
    for (const entry of [file('../a'), file('.git/config'), link('a', '/etc'), link('a/b', '../../c'), link('x', '')]) {
      assert.throws(() => parseManifest(formatManifest({ entries: [entry] }), 'it'), {
        code: 'INVALID_PARAMETER_VALUE',
      })
    }
    assert.equal(staysInside('a/b', '../c'), true)
  })

  it('is refused where something lies below a link', () => {
    const text = formatManifest({ entries: [link('a', 'b'), file('a/c')] })
    assert.throws(() => parseManifest(text, 'it'), /both as a file and as a folder/)
  })

  it('is refused when it is damaged or of another version', () => {
    const text = formatManifest({ entries: [file('a')] })
    for (const bad of ['', text.slice(0, -1), text.replace(':1}', ':2}'), text.replace('"size":3', '"size":-1')]) {
      assert.throws(() => parseManifest(bad, 'it'), { code: 'INVALID_PARAMETER_VALUE' })
    }
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseDataHash, parseSha256 } from './hash.ts'
import { formatPointer, parsePointer } from './pointer.ts'
import { updatePointer } from './update-pointer.ts'

const file = parseDataHash('f97c5d29941bfb1b2fdab0874906ab82') ?? assert.fail()
const folder = parseDataHash('514a2fb2f1e762a26e5f85da93918b99.dir') ?? assert.fail()
const sha256 = parseSha256('a'.repeat(64)) ?? assert.fail()
const out = { path: 'data', hash: folder, sizeBytes: 14, fileCount: 6, sha256: undefined }

/** What the file leaves open. */
const unsaid = { workingFolder: '.', isCached: true, remote: undefined }

/** As dvc 3.67.1 wrote it. */
const ofDvc = `outs:
- md5: 514a2fb2f1e762a26e5f85da93918b99.dir
  size: 14
  nfiles: 6
  hash: md5
  path: data
`

/** As a person and dvc 3.67.1 left it. */
const kept = `# my comment
desc: hello
outs:
- md5: f97c5d29941bfb1b2fdab0874906ab82
  size: 3
  hash: md5
  path: q.txt
  meta:
    runwright:
      for: f97c5d29941bfb1b2fdab0874906ab82
      sha256: ${'b'.repeat(64)}
  desc: 'x: y'
  labels: [a, b]
meta: {owner: me}
frozen: true
`

describe('a .dvc file', () => {
  it('is written as DVC writes it', () => assert.equal(formatPointer([out]), ofDvc))

  it('has the SHA-256 below what DVC writes, for the hash that it belongs to', () => {
    const text = formatPointer([{ ...out, sha256 }])
    assert.ok(text.startsWith(ofDvc))
    assert.equal(parsePointer(text, 'data.dvc').outs[0]?.sha256, sha256)
    const readded = text.replace('- md5: 514a', '- md5: 614a')
    assert.equal(parsePointer(readded, 'data.dvc').outs[0]?.sha256, undefined)
  })

  it('tells of its outs', () => {
    assert.deepEqual(parsePointer(ofDvc, 'data.dvc'), {
      outs: [{ ...out, ...unsaid }],
      dependencies: [],
      isFrozen: false,
    })
    assert.equal(parsePointer(kept, 'q.txt.dvc').isFrozen, true)
  })

  it('keeps what it does not know when its out has changed', () => {
    const next = { path: 'q.txt', hash: file, sizeBytes: 8, fileCount: undefined, sha256 }
    const hash = parseDataHash('ec1bebaea2c042beb68f7679ddd106a4') ?? assert.fail()
    const changed = updatePointer(kept, [{ ...next, hash }], 'q.txt.dvc')
    assert.equal(changed, kept.replaceAll(file, hash).replace('size: 3', 'size: 8').replace('b'.repeat(64), sha256))
  })

  it('gains and loses fields when a file becomes a folder and a folder a file', () => {
    const asFile = { path: 'data', hash: file, sizeBytes: 3, fileCount: undefined, sha256: undefined }
    assert.equal(updatePointer(ofDvc, [asFile], 'data.dvc'), formatPointer([asFile]))
    const asFolder = updatePointer(formatPointer([asFile]), [{ ...out, sha256 }], 'data.dvc')
    assert.deepEqual(parsePointer(asFolder, 'data.dvc').outs[0], { ...out, sha256, ...unsaid })
    const again = updatePointer(ofDvc, [{ ...out, sha256 }], 'data.dvc')
    assert.equal(again, formatPointer([{ ...out, sha256 }]))
  })

  it('is refused where it leads out of its folder, and where DVC 2 wrote it', () => {
    for (const path of ['../x', '/etc/passwd', 'a/../../x', '.git/config', 'a//b', '']) {
      const text = formatPointer([{ ...out, path }])
      assert.throws(() => parsePointer(text, 'data.dvc'), { code: 'INVALID_PARAMETER_VALUE' }, path)
    }
    assert.throws(() => parsePointer(ofDvc.replace('  hash: md5\n', ''), 'data.dvc'), /DVC 2/)
    assert.throws(() => parsePointer(ofDvc.replace('514a', '../a'), 'data.dvc'), /no md5/)
  })
})

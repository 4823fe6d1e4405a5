import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { listRemoteNames, parseDvcConfig, remoteSection, removeDvcSection, setDvcOption } from './dvc-config.ts'

/** As dvc 3.67.1 wrote it. */
const ofDvc = `[core]
    remote = r
[cache]
    type = "hardlink,symlink"
['remote "r"']
    url = /data/remote
['remote "S3"']
    url = s3://bucket/path
    endpointurl = http://127.0.0.1:9000
`

describe('the settings of DVC', () => {
  it('are read as DVC writes them', () => {
    const config = parseDvcConfig(ofDvc, 'config')
    assert.equal(config.get('cache')?.get('type'), 'hardlink,symlink')
    assert.deepEqual(listRemoteNames(config), ['r', 'S3'])
    assert.equal(config.get(remoteSection('S3'))?.get('endpointurl'), 'http://127.0.0.1:9000')
  })

  it('are written as DVC writes them', () => {
    let text = setDvcOption('', 'core', 'remote', 'r')
    text = setDvcOption(text, 'cache', 'type', 'hardlink,symlink')
    text = setDvcOption(text, remoteSection('r'), 'url', '/data/remote')
    text = setDvcOption(text, remoteSection('S3'), 'url', 's3://bucket/path')
    assert.equal(setDvcOption(text, remoteSection('S3'), 'endpointurl', 'http://127.0.0.1:9000'), ofDvc)
  })

  it('keep comments and order when an option changes, and lose what is removed', () => {
    const text = `# ours\n${ofDvc}`
    assert.equal(setDvcOption(text, remoteSection('r'), 'url', '/b'), text.replace('/data/remote', '/b'))
    assert.equal(setDvcOption(text, 'core', 'remote', undefined), text.replace('    remote = r\n', ''))
    assert.deepEqual(listRemoteNames(parseDvcConfig(removeDvcSection(text, remoteSection('r')), 'config')), ['S3'])
  })

  it('are refused with the line that is neither section nor option', () => {
    assert.throws(() => parseDvcConfig('[core]\nremote\n', 'config'), /config, line 2/)
    assert.throws(() => parseDvcConfig('a = b\n', 'config'), /line 1/)
  })
})

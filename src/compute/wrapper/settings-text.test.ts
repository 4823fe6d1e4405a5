import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { secretsText, settingsText } from './settings-text.ts'

describe('the settings of a wrapper', () => {
  const settings = { key: 'k', command: ['true'], directory: '/' }

  it('mean to a shell what they were, whatever they hold', () => {
    const words = ["it's", '$(touch x)', '`id`', '\\', '"', '', ' ', 'a\nb', '--', '*']
    const text = settingsText({ ...settings, command: words, directory: "a'; exit 1; '", env: { A: "'\n'" } })
    const program = `${text}printf '%s\\0' "$@" "$rw_directory" "$A"`
    const { stdout } = spawnSync('sh', ['-c', program])
    assert.deepEqual(stdout.toString().split('\0').slice(0, -1), [...words, "a'; exit 1; '", "'\n'"])
  })

  it('round limits so that they are never more than was asked for, nor none at all', () => {
    const text = settingsText({ ...settings, timeLimitSeconds: 0.2, memoryBytes: 2047 })
    assert.match(text, /^rw_limit=1$/m)
    assert.match(text, /^rw_memory=1$/m)
    assert.match(settingsText(settings), /^rw_limit=\nrw_memory=$/m)
  })

  it('refuse what a shell cannot pass on', () => {
    assert.throws(() => settingsText({ ...settings, command: ['a\0b'] }), RangeError)
    assert.throws(() => settingsText({ ...settings, env: { 'A B': '' } }), RangeError)
    assert.throws(() => secretsText({ 'X=$(id)': '' }), RangeError)
  })
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findPlaces } from './find-places.ts'

const found = (text: string) =>
  findPlaces(text).map(({ from, to, path, line, column }) => [text.slice(from, to), path, line, column])

it('the frames of a Python traceback are places, what is no file is none', () => {
  assert.deepEqual(found('  File "/home/ada/my net/train.py", line 12, in <module>'), [
    ['File "/home/ada/my net/train.py", line 12', '/home/ada/my net/train.py', 12, undefined],
  ])
  assert.deepEqual(found('  File "<string>", line 1, in <module>'), [])
})

it('the frames of a Node stack are places, with their columns', () => {
  assert.deepEqual(found('    at fit (file:///home/ada/my%20net/train.mjs:3:15)'), [
    ['file:///home/ada/my%20net/train.mjs:3:15', '/home/ada/my net/train.mjs', 3, 15],
  ])
  assert.deepEqual(found('    at node:internal/main:12:3 and /home/ada/train.ts:7:1'), [
    ['/home/ada/train.ts:7:1', '/home/ada/train.ts', 7, 1],
  ])
})

it('warnings and relative paths are places, times and ratios are none', () => {
  assert.deepEqual(found('src/net.py:31: UserWarning: ../data/load.py:4'), [
    ['src/net.py:31', 'src/net.py', 31, undefined],
    ['../data/load.py:4', '../data/load.py', 4, undefined],
  ])
  assert.deepEqual(found('2026-11-28 21:04:11 epoch 3:4 loss 0.5:1 train.py:0'), [])
})

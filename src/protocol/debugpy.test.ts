import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findDebugAddress } from './debugpy.ts'

it('a debugger attaches where the command lets it listen', () => {
  const cases: readonly (readonly [string, object | undefined])[] = [
    ['python -m debugpy --listen 5678 train.py', { host: '127.0.0.1', port: 5678 }],
    ['python -m debugpy --wait-for-client --listen localhost:99 train.py', { host: 'localhost', port: 99 }],
    ['.venv/bin/debugpy --listen 0.0.0.0:5678 train.py', { host: '127.0.0.1', port: 5678 }],
    ['python train.py --listen 5678', undefined],
    ['python -m debugpy train.py', undefined],
    ['python -m debugpy --listen 70000 train.py', undefined],
  ]
  for (const [command, address] of cases) assert.deepEqual(findDebugAddress(command.split(' ')), address, command)
})

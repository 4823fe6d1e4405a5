import assert from 'node:assert/strict'
import { it } from 'node:test'
import { installCommand } from './install-kernel.ts'

it('ipykernel is installed by the environment’s own pip, or by uv where there is none', () => {
  const interpreter = '/work/.venv/bin/python'
  assert.deepEqual(installCommand({ kind: 'venv', interpreter }), [interpreter, '-m', 'pip', 'install', 'ipykernel'])
  assert.deepEqual(installCommand({ kind: 'uv', interpreter }).slice(0, 3), ['uv', 'pip', 'install'])
})

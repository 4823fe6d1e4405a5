import assert from 'node:assert/strict'
import path from 'node:path'
import { it } from 'node:test'
import { listPlacePaths } from './place-paths.ts'

const [workspace, spec] = ['/home/ada/digits', { workingDirectory: 'src' }]
const pathsOf = (named: string) => listPlacePaths(named, workspace, spec).map((each) => each.replaceAll(path.sep, '/'))

it('a relative path is below the folder that the command ran in, else below the workspace', () => {
  assert.deepEqual(pathsOf('net/train.py'), [
    '/home/ada/digits/src/net/train.py',
    '/home/ada/digits/net/train.py',
    '/home/ada/digits/train.py',
  ])
})

it('an absolute path is that file, else the one that it is a copy of', () => {
  assert.deepEqual(pathsOf('/scratch/code/net/train.py'), [
    '/scratch/code/net/train.py',
    '/home/ada/digits/scratch/code/net/train.py',
    '/home/ada/digits/code/net/train.py',
    '/home/ada/digits/net/train.py',
    '/home/ada/digits/train.py',
  ])
})

it('a path that leads upwards is taken as it is', () => {
  assert.deepEqual(pathsOf('../shared/load.py'), ['/home/ada/digits/shared/load.py'])
})

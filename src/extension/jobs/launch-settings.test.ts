import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  chooseProfile,
  isResource,
  newLaunchSettings,
  parseLaunchSettings,
  setParam,
  toTrainWords,
} from './launch-settings.ts'

const fresh = newLaunchSettings(['.venv/bin/python', 'my train.py'])

describe('the settings of a launch', () => {
  it('become words for the command line', () => {
    assert.deepEqual(toTrainWords(fresh), [
      '--target=local',
      '--experiment=Default',
      '--',
      '.venv/bin/python',
      'my train.py',
    ])
    const resources = { ...fresh.resources, gpus: '1', time: '2h' }
    const params = [{ key: 'lr', value: '-1' }]
    const settings = { ...fresh, target: '-x', params, secrets: ['HF_TOKEN'], resources }
    assert.deepEqual(toTrainWords(settings).slice(0, 6), [
      '--target=-x',
      '--experiment=Default',
      '--param=lr=-1',
      '--secret=HF_TOKEN',
      '--gpus=1',
      '--time=2h',
    ])
  })

  it('are remembered as they were', () => {
    const settings = {
      ...fresh,
      target: 'slurm',
      params: [{ key: 'lr', value: '0.1' }],
      secrets: ['HF_TOKEN'],
      resources: { ...fresh.resources, 'gpu-memory': '24G' },
    }
    assert.deepEqual(parseLaunchSettings(JSON.parse(JSON.stringify(settings)), fresh), settings)
  })

  it('leave out what cannot be right', () => {
    assert.deepEqual(parseLaunchSettings(undefined, fresh), fresh)
    const broken = { command: 7, target: '', params: [{ key: 'lr' }, 5], resources: { gpus: 'many', time: 9 } }
    assert.deepEqual(parseLaunchSettings(broken, fresh), fresh)
  })

  it('leave to a profile what it says, and keep the rest', () => {
    const profile = { target: 'slurm', gpus: 1, timeLimitSeconds: 3600, params: { lr: '0.3' } }
    const params = ['lr', 'seed'].map((key) => ({ key, value: '7' }))
    const before = { ...fresh, params, resources: { ...fresh.resources, gpus: '2', memory: '1G' } }
    const settings = chooseProfile(before, 'big', profile)
    assert.deepEqual(toTrainWords(settings).slice(0, -3), [
      '--profile=big',
      '--target=slurm',
      '--experiment=Default',
      '--param=seed=7',
      '--memory=1G',
    ])
    assert.deepEqual(chooseProfile(settings, '', {}), { ...settings, profile: '' })
  })
})

it('a param is changed in its place, and taken away by an empty value', () => {
  const params = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ]
  assert.deepEqual(setParam(params, { key: 'a', value: '3' }), [
    { key: 'a', value: '3' },
    { key: 'b', value: '2' },
  ])
  assert.deepEqual(setParam(params, { key: 'a', value: '' }), [{ key: 'b', value: '2' }])
  assert.equal(setParam(params, { key: 'c', value: '3' }).length, 3)
})

it('what a job asks for is checked as it is typed', () => {
  const right = ['gpus 2', 'gpu-memory 24G', 'cpus 0.5', 'memory 512m', 'time 1h30m', 'retries 100', 'gpus ']
  const wrong = ['gpus 1.5', 'gpus 2000', 'gpu-memory lots', 'cpus 0', 'memory -1', 'time 90', 'retries 101']
  const check = (text: string) => {
    const [name, value = ''] = text.split(' ')
    const known = (['gpus', 'gpu-memory', 'cpus', 'memory', 'time', 'retries'] as const).find((each) => each === name)
    return known !== undefined && isResource(known, value)
  }
  assert.deepEqual(
    right.filter((text) => !check(text)),
    [],
  )
  assert.deepEqual(wrong.filter(check), [])
})

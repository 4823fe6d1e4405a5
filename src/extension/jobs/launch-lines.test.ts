import assert from 'node:assert/strict'
import { it } from 'node:test'
import { listLaunchLines } from './launch-lines.ts'
import { newLaunchSettings } from './launch-settings.ts'

const fresh = newLaunchSettings(['python', 'train.py'])
const shown = (lines: ReturnType<typeof listLaunchLines>) =>
  lines.map(({ label, description }) => `${label}: ${description}`)

it('the launch comes first, then what can be changed', () => {
  const settings = { ...fresh, params: [{ key: 'lr', value: '0.1' }], resources: { ...fresh.resources, gpus: '1' } }
  assert.deepEqual(shown(listLaunchLines(settings, '1 of 2 GPUs free', {})), [
    '$(play) Launch on local: python train.py',
    'Command: python train.py',
    'Target: local · 1 of 2 GPUs free',
    'Experiment: Default',
    'Secrets: none',
    'lr: 0.1',
    '$(add) Add Param…: ',
    'GPUs: 1',
    'Memory on each GPU: all of it',
    'CPUs: not limited',
    'Main memory: not limited',
    'Time limit: not limited',
    'Retries: none',
    'Launcher: none',
    'Precision: as the program chooses',
  ])
})

it('what a profile says is shown where nothing else is said, and a box for it begins empty', () => {
  const profiles = { big: { gpus: 2, timeLimitSeconds: 7200, params: { lr: '0.3', seed: '7' }, secrets: ['HF_TOKEN'] } }
  const settings = { ...fresh, profile: 'big', secrets: ['WANDB_KEY'], params: [{ key: 'lr', value: '1' }] }
  const lines = listLaunchLines(settings, '', profiles)
  const texts = shown(lines)
  for (const text of [
    'Profile: big',
    'Secrets: WANDB_KEY, HF_TOKEN, by the profile',
    'lr: 1',
    'seed: 7, by the profile',
    'GPUs: 2, by the profile',
    'Time limit: 2h 0m, by the profile',
  ]) {
    assert.ok(texts.includes(text), text)
  }
  assert.equal(lines.find(({ key }) => key === 'gpus')?.value, '')
})

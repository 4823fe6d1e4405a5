import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobSpec } from '../../protocol/jobs.ts'
import { plainSpec } from '../../protocol/test-job-spec.ts'
import { localEnvironment } from './local-environment.ts'

describe('the environment of a command on this machine', () => {
  const spec: JobSpec = {
    ...plainSpec,
    command: ['true'],
    env: { LEVEL: 'spec', MLFLOW_TRACKING_URI: 'http://elsewhere' },
    secrets: ['KEY'],
  }
  const env = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:4000', MLFLOW_RUN_ID: 'r' }

  it('is the engine’s without what is the engine’s alone, and what the attempt has goes first', () => {
    const engine = {
      PATH: '/bin',
      LEVEL: 'engine',
      MLFLOW_TRACKING_TOKEN: 'old',
      ELECTRON_RUN_AS_NODE: '1',
      VSCODE_PID: '1',
      RUNWRIGHT_ATTEMPT_KEY: 'of another job',
      CUDA_VISIBLE_DEVICES: '0,1',
      UNSET: undefined,
    }
    const devices = { CUDA_VISIBLE_DEVICES: 'GPU-1' }
    assert.deepEqual(localEnvironment(engine, { spec, env, secrets: { KEY: 's' } }, devices), {
      ...env,
      PATH: '/bin',
      LEVEL: 'spec',
      KEY: 's',
      CUDA_VISIBLE_DEVICES: 'GPU-1',
    })
  })

  it('reaches the tracking server past a proxy', () => {
    const found = localEnvironment({ http_proxy: 'http://proxy' }, { spec, env, secrets: {} }, {})
    assert.deepEqual([found['no_proxy'], found['NO_PROXY']], ['127.0.0.1', '127.0.0.1'])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExperimentId, parseRunId } from '../protocol/ids.ts'
import type { Run } from '../protocol/runs.ts'
import { commandEnvironment } from './command-environment.ts'

const [runId, experimentId] = [parseRunId('a1'), parseExperimentId('7')]
assert.ok(runId !== undefined && experimentId !== undefined)
const run: Run = {
  runId,
  experimentId,
  name: 'calm-otter-42',
  status: 'RUNNING',
  lifecycleStage: 'active',
  userId: 'ada',
  startTime: 0,
  artifactUri: 'mlflow-artifacts:/7/a1/artifacts',
  params: [],
  tags: [],
  metrics: [],
  datasets: [],
  modelInputs: [],
  modelOutputs: [],
}
const tracking = { uri: 'http://127.0.0.1:4000', token: 'secret' }

describe('the environment of a command', () => {
  it('leads an MLflow client to the run, and to nothing that was set before', () => {
    const before = {
      PATH: '/bin',
      MLFLOW_TRACKING_URI: 'http://elsewhere',
      MLFLOW_TRACKING_USERNAME: 'ada',
      MLFLOW_EXPERIMENT_NAME: 'other',
      ELECTRON_RUN_AS_NODE: '1',
      UNSET: undefined,
    }
    assert.deepEqual(commandEnvironment(before, run, tracking, [{ key: 'lr', value: '0.1' }]), {
      PATH: '/bin',
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:4000',
      MLFLOW_TRACKING_TOKEN: 'secret',
      MLFLOW_RUN_ID: 'a1',
      MLFLOW_EXPERIMENT_ID: '7',
      RUNWRIGHT_PARAMS: '{"lr":"0.1"}',
    })
  })

  it('reaches the engine past a proxy', () => {
    const env = commandEnvironment({ HTTPS_PROXY: 'http://proxy', no_proxy: 'internal' }, run, tracking, [])
    assert.deepEqual([env['no_proxy'], env['NO_PROXY']], ['internal,127.0.0.1', 'internal,127.0.0.1'])
  })
})

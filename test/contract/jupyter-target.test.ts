import { connect } from 'node:net'
import { openJupyterTarget } from '../../src/compute/targets/jupyter.ts'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { findTestPython } from '../servers/test-python.ts'
import { computeTargetContract } from './compute-target.ts'
import { readTree } from './processes.ts'

const openTarget = (server: TestJupyter, trackingPort: number) =>
  openJupyterTarget(
    { url: new URL(server.url), tokenFrom: 'LAB_TOKEN' },
    {
      env: process.env,
      findToken: (variable) => (variable === 'LAB_TOKEN' ? server.token : undefined),
      trackingUrl: `http://127.0.0.1:${trackingPort}`,
      connectTracking: () => connect(trackingPort, '127.0.0.1'),
      workspace: server.folder,
      name: 'lab',
      placeCode: () => Promise.resolve({ directory: 'code' }),
    },
  )

computeTargetContract('jupyter', async () => {
  const server = await openJupyter(findTestPython(process.env))
  return {
    workspace: server.home,
    limitsMemory: true,
    open: () => openTarget(server, 1),
    readFiles: () => readTree(server.folder),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
})

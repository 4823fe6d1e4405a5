import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openJupyterTarget } from '../../src/compute/targets/jupyter.ts'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { type LineToCut, openLineToCut } from '../servers/line-to-cut.ts'
import { findTestPython } from '../servers/test-python.ts'
import { checkUnderKills, createCounted } from './attempts.ts'

/** Two hundred jobs take minutes on a busy machine. */
const isLong = process.env['RUNWRIGHT_LONG_TESTS'] !== undefined
const jobCount = isLong ? 200 : 20

it(`${jobCount} jobs beside a Jupyter Server run once each, with the right end and whole output, while all that leads to them is killed`, async (test) => {
  await using server = await openJupyter(findTestPython(process.env))
  await using line = await openLineToCut(Number(new URL(server.url).port))
  const starts = join(server.home, 'starts')
  await using target = await openJupyterTarget(
    { url: new URL(`http://127.0.0.1:${line.port}/base/`), tokenFrom: 'LAB_TOKEN' },
    {
      env: process.env,
      findToken: () => server.token,
      trackingUrl: 'http://127.0.0.1:1',
      connectTracking: () => connect(1, '127.0.0.1'),
      workspace: server.folder,
      name: 'lab',
      placeCode: () => Promise.resolve({ directory: 'code' }),
    },
  )
  using _watching = target.watch(() => undefined)
  const attempts = createCounted(jobCount, starts, server.home)
  const kill = (over: AbortSignal) => killAtRandom(server, line, over)
  await checkUnderKills(test, target, { attempts, file: starts, kill, pauseMs: 3000 })
})

/** The server, its kernels, or the connection. A kernel needs more than a second to start. */
async function killAtRandom(server: TestJupyter, line: LineToCut, over: AbortSignal): Promise<number> {
  let kills = 0
  for (; !over.aborted; kills++) {
    await delay(randomInt(200, 3000))
    const what = randomInt(3)
    if (what === 0) {
      await server.kill9()
      await delay(randomInt(500))
      await server.start()
    } else if (what === 1) {
      for (const pid of await server.kernelPids()) process.kill(pid, 'SIGKILL')
    } else line.cut()
  }
  return kills
}

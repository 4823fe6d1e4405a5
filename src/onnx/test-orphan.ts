/** A parent that can be killed: it starts an endless run, and sends the id of the process that is in it. */
import { openSessionHost } from './session.ts'
import { endlessModel } from './test-session-models.ts'
import { testRuntime } from './test-runtime.ts'

const host = await openSessionHost(testRuntime, {}, new AbortController().signal)
const session = await host.open(endlessModel())
process.send?.(host.pid)
await session.run(new Map([['n', { dtype: 'int64', dims: [], data: BigInt64Array.of(2n ** 62n) }]]))

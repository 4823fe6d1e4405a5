import { type EngineStatus, protocolVersion } from '../protocol/methods.ts'
import { object, paramsOf } from '../protocol/parse.ts'
import type { MethodTable } from '../tracking/route.ts'

const parseNothing = paramsOf(object({}))

/** What only the composed engine knows about itself. */
export interface EngineFacts {
  readonly version: string
  readonly startedAt: number
  readonly workspace: string
  readonly storePath: string
  trackingUri(): string
  storeSizeBytes(): Promise<number>
  subscriberCount(): number
  countActiveRuns(): Promise<number>
  /** Begins to stop; requests in flight are still answered. */
  stop(): void
}

export function createEngineMethods(facts: EngineFacts): MethodTable<'engine/status' | 'engine/stop'> {
  return {
    'engine/status': {
      parse: parseNothing,
      async run(): Promise<EngineStatus> {
        return {
          version: facts.version,
          protocolVersion,
          pid: process.pid,
          startedAt: facts.startedAt,
          workspace: facts.workspace,
          trackingUri: facts.trackingUri(),
          storePath: facts.storePath,
          storeSizeBytes: await facts.storeSizeBytes(),
          activeRunCount: await facts.countActiveRuns(),
          subscriberCount: facts.subscriberCount(),
          residentMemoryBytes: process.memoryUsage.rss(),
        }
      },
    },
    'engine/stop': {
      parse: parseNothing,
      async run() {
        facts.stop()
        return {}
      },
    },
  }
}

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { defineBenchmark } from '../benchmark.ts'
import { openOurServer } from '../servers/our-server.ts'
import { openPeerServer } from '../servers/peer-server.ts'
import type { OpenServer } from '../servers/tracking-server.ts'

export default defineBenchmark({
  name: 'cold-start',
  summary: 'From starting the process to its first answer, in a new folder and in one that has a store',
  measures: {
    first: { label: 'first start in a folder', unit: 'ms', target: { timesPeer: 30 } },
    again: { label: 'start with a store there', unit: 'ms', target: { timesPeer: 30 } },
  },
  async open({ folder }) {
    return {
      ours: () => measureStarts(openOurServer, folder),
      peer: () => measureStarts(openPeerServer, folder),
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})

async function measureStarts(open: OpenServer, parent: string): Promise<{ first: number; again: number }> {
  const folder = await mkdtemp(join(parent, 'start-'))
  return { first: await measureStart(open, folder), again: await measureStart(open, folder) }
}

async function measureStart(open: OpenServer, folder: string): Promise<number> {
  const start = performance.now()
  const server = await open(folder)
  const elapsedMs = performance.now() - start
  await server[Symbol.asyncDispose]()
  return elapsedMs
}

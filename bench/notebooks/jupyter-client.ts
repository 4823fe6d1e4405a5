import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isRecord, parseForeignJson } from '../../src/protocol/json.ts'
import type { CellRunner } from './cell-runner.ts'

const script = join(import.meta.dirname, 'jupyter-client.py')

/**
 * jupyter_client in a process of its own, as programs use it that are no part of ours.
 *
 * @param environment a folder that has it
 */
export function openJupyterClient(environment: string): CellRunner {
  const child = spawn(join(environment, 'bin/python'), [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  async function ask(question: object): Promise<string> {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const { value } = await lines.next()
    const answer = parseForeignJson(String(value))
    if (!isRecord(answer) || typeof answer['stdout'] !== 'string') throw new Error(`jupyter_client: ${String(value)}`)
    return answer['stdout']
  }

  return {
    start: async () => void (await ask({ do: 'start' })),
    run: async (code) => ({ stdout: await ask({ do: 'run', code }) }),
    stop: async () => void (await ask({ do: 'stop' })),
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit')
      child.stdin.end()
      await exit
    },
  }
}

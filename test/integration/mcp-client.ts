import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isRecord } from '../../src/protocol/json.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface ToolAnswer {
  readonly text: string
  readonly isError: boolean
}

/** An MCP client over the frames of the specification, and the real command line behind it. */
export interface McpClient extends AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams
  request(method: string, params?: object): Promise<Record<string, unknown>>
  notify(method: string, params?: object): void
  callTool(name: string, input: object): Promise<ToolAnswer>
  /** Ends the input; resolves to the exit code. */
  end(): Promise<unknown>
}

export function openMcpClient(folder: string, ...options: readonly string[]): McpClient {
  const child = spawn(process.execPath, [main, 'mcp', ...options], {
    cwd: folder,
    env: { ...process.env, npm_lifecycle_event: '' },
  })
  const pending = new Map<number, (message: Record<string, unknown>) => void>()
  let nextId = 1
  const exited = once(child, 'exit').then(([code]: unknown[]) => code)
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message: unknown = JSON.parse(line)
    assert.ok(isRecord(message) && message['jsonrpc'] === '2.0', line)
    pending.get(Number(message['id']))?.(message)
  })
  child.stderr.resume()

  const write = (message: object) => void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const client: McpClient = {
    process: child,
    async request(method, params) {
      const id = nextId++
      const answered = new Promise<Record<string, unknown>>((resolve) => pending.set(id, resolve))
      write({ id, method, ...(params === undefined ? {} : { params }) })
      return answered
    },
    notify: (method, params) => write({ method, ...(params === undefined ? {} : { params }) }),
    async callTool(name, input) {
      const { result, error } = await client.request('tools/call', { name, arguments: input })
      assert.ok(isRecord(result), JSON.stringify(error))
      const [content] = Array.isArray(result['content']) ? result['content'] : []
      assert.ok(isRecord(content) && content['type'] === 'text')
      return { text: String(content['text']), isError: result['isError'] === true }
    },
    end() {
      child.stdin.end()
      return exited
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
  return client
}

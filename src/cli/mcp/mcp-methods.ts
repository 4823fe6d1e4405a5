import type { AgentTool, ToolContext } from '../../agent-tools/agent-tool.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import { rpcCodes, RpcError, type RpcMethod } from './json-rpc.ts'

/** Versions of MCP that what we use is the same in, the newest first. */
const protocolVersions = ['2025-06-18', '2025-03-26', '2024-11-05']

const instructions = `Runwright tracks the machine-learning runs of this workspace: params, metrics, code, environment, output. Begin with runwright_find_runs; the other tools take the run ids or names that it shows.`

export interface McpServerParts {
  /** Of this package. */
  readonly version: string
  readonly tools: readonly AgentTool[]
  context(signal: AbortSignal): Promise<ToolContext>
}

/**
 * The part of the Model Context Protocol that a server of tools needs: handshake, ping, listing and calling.
 *
 * @see https://modelcontextprotocol.io/specification/2025-06-18/server/tools
 */
export function createMcpMethods({ version, tools, context }: McpServerParts): Readonly<Record<string, RpcMethod>> {
  return {
    async initialize(params) {
      const wanted = isRecord(params) ? params['protocolVersion'] : undefined
      const protocolVersion = protocolVersions.find((known) => known === wanted) ?? protocolVersions[0]
      return {
        protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'runwright', title: 'Runwright', version },
        instructions,
      }
    },
    ping: async () => ({}),
    'tools/list': async () => ({ tools: tools.map(describeTool) }),
    async 'tools/call'(params, signal) {
      const { name, arguments: input = {} } = isRecord(params) ? params : {}
      const tool = tools.find((each) => each.name === name)
      if (tool === undefined) throw new RpcError(rpcCodes.invalidParams, `There is no tool "${String(name)}".`)
      try {
        return textResult(await tool.run(await context(signal), input), false)
      } catch (error) {
        // The model reads it, and can do better.
        if (error instanceof RunwrightError) return textResult(describeError(error), true)
        throw error
      }
    },
  }
}

function describeTool({ name, title, description, inputSchema, effect }: AgentTool): object {
  const isReading = effect === 'reads'
  return {
    name,
    title,
    description,
    inputSchema,
    annotations: {
      title,
      readOnlyHint: isReading,
      destructiveHint: !isReading,
      idempotentHint: isReading,
      openWorldHint: !isReading,
    },
  }
}

function textResult(text: string, isError: boolean): object {
  return { content: [{ type: 'text', text }], isError }
}

function describeError({ message, hint }: RunwrightError): string {
  return hint === undefined ? message : `${message}\n${hint}`
}

import { tools } from '../../agent-tools/all.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { defineCliCommand } from '../command.ts'
import { serveRpc } from '../mcp/json-rpc.ts'
import { launchDetached } from '../mcp/launch-detached.ts'
import { createMcpMethods } from '../mcp/mcp-methods.ts'

export default defineCliCommand({
  name: 'mcp',
  summary: 'Serves the runs to an editor agent, as an MCP server on stdin and stdout.',
  details: `The agent can find runs, sum up curves, compare runs and look at how a run ended. It can start runs only with
--allow-launch; each start is marked so that the agent's program asks first. Ends when stdin does.`,
  example: 'runwright mcp --workspace .',
  options: {
    'allow-launch': { type: 'boolean', summary: 'Let the agent start commands on this machine, as runs' },
  },
  async run(context, { options, workspace }) {
    let connected: Promise<Client> | undefined
    // The handshake must not wait for an engine to start; a failed start is tried again by the next call.
    const connect = () => {
      connected ??= context.connect(workspace)
      connected.catch(() => (connected = undefined))
      return connected
    }
    const launch = (words: readonly string[]) => {
      if (options['allow-launch']) return launchDetached(context.program, words, workspace, context.env)
      throw new RunwrightError('PERMISSION_DENIED', 'This server may not start runs.', {
        hint: 'The user can allow it by starting the server as "runwright mcp --allow-launch".',
      })
    }
    const methods = createMcpMethods({
      version: context.version,
      tools,
      context: async (signal) => ({
        client: await connect(),
        now: context.now,
        signal,
        launch: async (words) => launch(words),
      }),
    })
    try {
      await serveRpc(context.stdin, context.stdout, methods, context.signal)
    } finally {
      const client = await connected?.catch(() => undefined)
      await client?.[Symbol.asyncDispose]()
    }
  },
})

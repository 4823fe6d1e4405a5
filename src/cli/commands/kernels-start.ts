import { chooseEnvironment } from '../../client/find-kernel.ts'
import { newKernelId } from '../../client/kernel-ids.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { readTokens } from '../read-tokens.ts'
import { accessOptions, readAccess } from '../server-access.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'kernels start',
  summary: 'Starts a kernel that stays until it is stopped.',
  details: `It goes on when the terminal, the editor or the engine ends. Without an environment it is the best one that has
a kernel: the workspace's own first. A Jupyter Server is a target of the kind jupyter in runwright.yaml, or an address
with --token-from; the variable that is named for its token is read here.`,
  example: 'runwright kernels start .venv --name analysis',
  options: {
    server: {
      type: 'string',
      value: 'TARGET|URL',
      summary: 'On this Jupyter Server, in the kernelspec ENVIRONMENT. Default: its own',
    },
    host: {
      type: 'string',
      value: 'HOST',
      summary: 'On this ssh target or host of ~/.ssh/config, in its Python ENVIRONMENT. Default: python3',
    },
    ...accessOptions,
    name: { type: 'string', short: 'n', value: 'NAME', summary: 'What to call it. Default: the environment' },
  },
  operands: { usage: '[ENVIRONMENT]', min: 0, max: 1 },
  async run(context, { options, operands, json, workspace }) {
    await using client = await context.connect(workspace)
    if (options.server !== undefined && options.host !== undefined) {
      throw usageError('kernels start', '--server and --host exclude each other.')
    }
    const given = readAccess('kernels start', options, context.env)
    const environmentId =
      nameRemote({ server: given?.name ?? options.server, host: options.host }, operands[0]) ??
      (await chooseEnvironment(client, operands[0])).environmentId
    const named = options.name === undefined ? {} : { name: options.name }
    const tokens = { ...(await readTokens(workspace, context.env)), ...given?.tokens }
    const access = given === undefined ? {} : { access: given.access }
    const asked = { kernelId: newKernelId(context), environmentId, tokens, ...access, ...named }
    const { kernel } = await client.call('kernels/start', asked)
    context.stdout.write(json ? toJson({ kernel }) : `Started ${printable(kernel.name)} (${kernel.kernelId})\n`)
  },
})

/** Undefined for this machine. */
function nameRemote(
  { server, host }: { readonly server: string | undefined; readonly host: string | undefined },
  environment: string | undefined,
): string | undefined {
  const place = server === undefined ? (host === undefined ? undefined : `ssh:${host}`) : `jupyter:${server}`
  return place === undefined || environment === undefined ? place : `${place}/${environment}`
}

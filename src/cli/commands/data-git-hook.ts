import { text } from 'node:stream/consumers'
import { RunwrightError } from '../../protocol/errors.ts'
import { defineCliCommand, exitCodes, usageError } from '../command.ts'
import type { CliContext } from '../context.ts'
import { type OpenedData, openData } from '../open-data.ts'
import { tellTransfer } from '../tell-transfer.ts'
import { printable } from '../text.ts'

export default defineCliCommand({
  name: 'data git-hook',
  summary: 'What the hooks call that "runwright data hooks install" has installed.',
  details: `post-checkout and post-merge check data out, as far as the cache has it and nothing is lost; pre-push sends the data of
the commits that are pushed, and keeps git from pushing where that fails. A folder without data is left alone.`,
  example: 'runwright data git-hook post-checkout HEAD~1 HEAD 1',
  options: {},
  operands: { usage: 'HOOK [ARGUMENTS…]', min: 1, max: Infinity },
  ownsSignals: true,
  async run(context, { operands: [hook, ...words], json, workspace }) {
    const data = await findData(context, workspace)
    if (data === undefined) return exitCodes.ok
    using _data = data
    switch (hook) {
      case 'post-checkout':
        // The third word is 0 when files were checked out, rather than a branch.
        return words[2] === '1' ? follow(context, data) : exitCodes.ok
      case 'post-merge':
        return follow(context, data)
      case 'pre-push':
        return push(context, data, json)
      default:
        throw usageError('data git-hook', `"${hook ?? ''}" is no hook: expected post-checkout, post-merge or pre-push.`)
    }
  },
})

/** Undefined where this branch has no data. */
async function findData(context: CliContext, workspace: string): Promise<OpenedData | undefined> {
  try {
    return await openData(context, workspace)
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

/** Data that is not here is no reason to call git's own work failed. */
async function follow({ env, stderr }: CliContext, data: OpenedData): Promise<number> {
  const { followCheckout } = await import('../../data/follow-git.ts')
  const followed = await followCheckout(data.repository, data.work, env)
  data[Symbol.dispose]()
  for (const { pointer, error } of followed?.left ?? []) {
    stderr.write(`runwright: ${printable(pointer)}: ${printable(error.message)}\n`)
  }
  const [first] = followed?.left ?? []
  if (first?.error.hint !== undefined) stderr.write(`  ${first.error.hint}\n`)
  return exitCodes.ok
}

async function push(context: CliContext, data: OpenedData, json: boolean): Promise<number> {
  const { listPushedVersions } = await import('../../data/follow-git.ts')
  const { listRemoteNames } = await import('../../data/dvc-config.ts')
  const { pushData } = await import('../../data/push.ts')
  const { repository, work } = data
  if (listRemoteNames(repository.config).length === 0) return exitCodes.ok
  const others = await listPushedVersions(repository, await text(context.stdin), work, context.env)
  const choice = { paths: undefined, remote: undefined, others, env: context.env }
  const result = await pushData(repository, choice, work)
  data[Symbol.dispose]()
  return tellTransfer(context, 'Pushed data:', result, { json })
}

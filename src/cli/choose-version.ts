import type { VersionSource } from '../data/restore.ts'
import { findRun } from '../client/find-run.ts'
import { loadRunCode } from '../client/run-code.ts'
import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type RunId, parseRunId } from '../protocol/ids.ts'
import { usageError } from './command.ts'
import type { CliContext } from './context.ts'

/** Options of a command that takes a version of data. */
export const versionOptions = {
  rev: { type: 'string', value: 'REV', summary: 'As a commit, branch or tag has it' },
  run: { type: 'string', value: 'RUN', summary: 'As this run had it' },
  model: {
    type: 'string',
    value: 'MODEL',
    summary: 'As the run had it that made this version of a model: NAME@ALIAS, or NAME/VERSION',
  },
} as const

interface Chosen {
  readonly rev: string | undefined
  readonly run: string | undefined
  readonly model: string | undefined
}

/**
 * What the options name. Of a run it is the code that it ran, uncommitted changes included.
 *
 * @throws INVALID_PARAMETER_VALUE unless it is one of them; RESOURCE_DOES_NOT_EXIST
 */
export async function chooseVersion(
  command: string,
  { rev, run, model }: Chosen,
  { connect }: Pick<CliContext, 'connect'>,
  workspace: string,
): Promise<VersionSource> {
  if ([rev, run, model].filter((option) => option !== undefined).length !== 1) {
    throw usageError(command, 'Give one of --rev REV, --run RUN and --model NAME@ALIAS.')
  }
  if (rev !== undefined) return { kind: 'revision', revision: rev }
  await using client = await connect(workspace)
  const runId = run === undefined ? await findModelRun(client, model ?? '', command) : await findRun(client, run)
  const { commit, snapshot, patch, runName, isPatchMissing } = await loadRunCode(client, runId, workspace)
  if (isPatchMissing) {
    throw new RunwrightError(
      'INVALID_STATE',
      `Run “${runName}” had uncommitted changes that were too large to be kept.`,
      {
        hint: `What it read may be none of its commit. "--rev ${commit.slice(0, 10)}" takes the commit's version all the same.`,
      },
    )
  }
  return { kind: 'run', code: { commit, snapshot, patch, runName } }
}

async function findModelRun(client: Client, text: string, command: string): Promise<RunId> {
  const [, name, alias, number] = /^(.+?)(?:@([^@/]+)|\/([1-9]\d{0,14}))$/.exec(text) ?? []
  if (name === undefined) throw usageError(command, `--model ${text}: expected NAME@ALIAS or NAME/VERSION.`)
  const { versions } = await client.call('models/get', { name })
  const found = versions.find(({ version, aliases }) =>
    alias === undefined ? String(version) === number : aliases.includes(alias),
  )
  const runId = parseRunId(found?.runId ?? '')
  if (runId !== undefined) return runId
  const what = found === undefined ? `There is no ${text}` : `Nothing says which run made ${text}`
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${what}.`, {
    hint: `"runwright models show ${name}" lists its versions.`,
  })
}

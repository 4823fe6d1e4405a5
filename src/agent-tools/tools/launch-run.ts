import { findRun } from '../../client/find-run.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { planRerun } from '../../protocol/rerun.ts'
import type { Param } from '../../protocol/runs.ts'
import { substituteParams } from '../../protocol/substitute-params.ts'
import { defineAgentTool, type ToolInput } from '../agent-tool.ts'

const fields = {
  command: {
    type: 'texts',
    description:
      'Program and arguments, a word each: ["python", "train.py", "--lr", "{lr}"]. {KEY} stands for a param.',
    max: 200,
  },
  rerunOf: { type: 'text', description: 'Instead of a command: the run whose command is started again.' },
  params: {
    type: 'texts',
    description: 'KEY=VALUE each: params of the new run; with rerunOf, the values that are to differ.',
    max: 100,
  },
  experiment: { type: 'text', description: 'Created when there is none. Default: Default, or that of rerunOf.' },
  name: { type: 'text', description: 'What the run is called. Default: a made-up name.' },
} as const

export default defineAgentTool({
  name: 'runwright_launch_run',
  referenceName: 'runwrightLaunchRun',
  title: 'Launch a Run',
  summary: 'Starts a command as a tracked run, or starts a run again with other params.',
  description: `Starts a command in the workspace folder as a new tracked run, or starts an earlier run again with changed params. It executes a program on the user's machine, so the user is asked first. It does not wait for the end: find the run with runwright_find_runs and look at it with runwright_explain_run.`,
  icon: '$(play)',
  effect: 'starts-processes',
  fields,
  async confirmation(client, input) {
    checkInput(input)
    const params = parseParams(input.params)
    const { command, given } =
      input.rerunOf === undefined
        ? { command: substituteParams(input.command ?? [], params), given: params }
        : await planCommand(client, input.rerunOf, params)
    const what = given.length === 0 ? '' : `\n\nParams: ${given.map(({ key, value }) => `${key}=${value}`).join(', ')}`
    return `Starts on this machine, as a tracked run:\n\n${command.map(quoteWord).join(' ')}${what}`
  },
  async run({ client, launch }, input) {
    checkInput(input)
    const params = parseParams(input.params)
    const options = [
      ...params.map(({ key, value }) => `--param=${key}=${value}`),
      ...(input.experiment === undefined ? [] : [`--experiment=${input.experiment}`]),
      ...(input.name === undefined ? [] : [`--name=${input.name}`]),
    ]
    if (input.rerunOf === undefined) return launch(['run', ...options, '--', ...(input.command ?? [])])
    const { run } = await client.call('runs/get', { runId: await findRun(client, input.rerunOf) })
    // What cannot be started again is said now, not in a terminal that nobody reads.
    const { changes } = planRerun(run, params)
    const started = await launch(['rerun', run.runId, ...options])
    const changed = changes.map(({ key, from, to, origin }) => `- ${key}: ${from ?? '(none)'} → ${to} (${origin})`)
    return [started, ...changed].join('\n')
  },
})

async function planCommand(client: Client, rerunOf: string, params: readonly Param[]) {
  const { run } = await client.call('runs/get', { runId: await findRun(client, rerunOf) })
  const plan = planRerun(run, params)
  return { command: substituteParams(plan.command, plan.params), given: plan.params }
}

function checkInput({ command, rerunOf }: ToolInput<typeof fields>): void {
  const isCommand = command !== undefined && command.length > 0
  if (isCommand === (rerunOf !== undefined)) throw invalid('Give either "command" or "rerunOf".')
  if (isCommand && command[0] === '') throw invalid('The first word of "command" is the program.')
}

function parseParams(words: readonly string[] = []): readonly Param[] {
  return words.map((word) => {
    const equals = word.indexOf('=')
    if (equals < 1) throw invalid(`"${word}" is no param: expected KEY=VALUE.`)
    return { key: word.slice(0, equals), value: word.slice(equals + 1) }
  })
}

function quoteWord(word: string): string {
  return /^[\w./:=@%+,{}-]+$/.test(word) ? word : JSON.stringify(word)
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message)
}

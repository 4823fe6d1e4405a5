import type { Client } from '../../protocol/client.ts'
import { digestOf, findRunData, readContext, type RunData, writtenContext } from '../../protocol/data-versions.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { PresentState } from '../../protocol/lineage.ts'
import type { Dataset, Run } from '../../protocol/runs.ts'
import { localize } from '../localize.ts'
import type { Field } from './fields.ts'

/** Digits of a digest that are shown. */
const shownDigits = 10

/** The data that a run read and wrote, what it read first. */
export function dataFields(run: Run, states: ReadonlyMap<string, PresentState>): readonly Field[] {
  const known = run.datasets.map((input) => ({ dataset: input.dataset, data: findRunData(input) }))
  const isWritten = ({ data }: (typeof known)[number]) => data?.context === writtenContext
  return known
    .toSorted(
      (a, b) => Number(isWritten(a)) - Number(isWritten(b)) || a.dataset.name.localeCompare(b.dataset.name, 'en'),
    )
    .map(({ dataset, data }) => (data === undefined ? foreignField(dataset) : toField(data, states)))
}

function toField(data: RunData, states: ReadonlyMap<string, PresentState>): Field {
  const { version, context, found } = data
  const digest = digestOf(version)
  const isWritten = context === writtenContext
  const state = states.get(stateKey(data))
  const told = [
    isWritten ? localize('written') : localize('read'),
    isWritten || context === readContext ? undefined : context,
    found === 'opened' ? localize('found open') : undefined,
    state === undefined ? undefined : nameState(state),
    digest.slice(0, shownDigits),
  ]
  return {
    name: version.path,
    key: `${version.path}@${digest}`,
    value: version.sha256 ?? digest,
    shown: told.filter((part) => part !== undefined).join(' · '),
    icon: isWritten ? 'export' : 'database',
  }
}

/** What was logged by other means: its name and digest are all that is known of it. */
function foreignField({ name, digest }: Dataset): Field {
  return { name, value: digest, icon: 'database' }
}

function nameState(state: PresentState): string {
  switch (state) {
    case 'same':
      return localize('the same now')
    case 'changed':
      return localize('changed since')
    case 'gone':
      return localize('gone by now')
  }
}

function stateKey({ version }: RunData): string {
  return `${version.path}\0${digestOf(version)}`
}

/** How the versions stand to the workspace now; none are known of a server’s runs. */
export async function loadPresentStates(client: Client, run: Run): Promise<ReadonlyMap<string, PresentState>> {
  const data = run.datasets.map(findRunData).filter((each) => each !== undefined)
  if (data.length === 0) return new Map()
  try {
    const { states } = await client.call('lineage/present', { versions: data.map(({ version }) => version) })
    return new Map(data.flatMap((each, at) => (states[at] === undefined ? [] : [[stateKey(each), states[at]]])))
  } catch (error) {
    if (error instanceof RunwrightError && /^(NOT_IMPLEMENTED|ENDPOINT_NOT_FOUND)$/.test(error.code)) return new Map()
    throw error
  }
}

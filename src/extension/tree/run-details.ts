import type { Client } from '../../protocol/client.ts'
import type { Metric } from '../../protocol/runs.ts'
import { artifactPaths } from '../../protocol/tag-names.ts'
import { createCached, type Cached } from './cached.ts'
import {
  sectionNames,
  type ArtifactElement,
  type FieldElement,
  type MetricElement,
  type NoticeElement,
  type RunElement,
  type SectionElement,
  type SectionName,
  type TreeElement,
} from './element.ts'
import { dataFields, loadPresentStates } from './data-fields.ts'
import { environmentFields } from './environment-fields.ts'
import { codeFields, paramFields, type Field } from './fields.ts'
import { appendSample } from './sparkline.ts'
import { localize } from '../localize.ts'

/** Values of a spark line. */
const sparklinePoints = 12

/** What an opened run holds, fetched when it is first looked at. */
export interface RunDetails {
  readonly sections: readonly SectionElement[]
  children(of: SectionElement | ArtifactElement): Promise<readonly TreeElement[]>
  /** Applies new points; returns what to draw anew. */
  takeMetrics(latest: readonly Metric[]): readonly TreeElement[]
  /** The run's params, tags or status changed; returns what to draw anew. */
  runChanged(): readonly TreeElement[]
  artifactsChanged(): readonly TreeElement[]
  /** Nothing fetched is believed any more; returns what to draw anew. */
  clear(): readonly TreeElement[]
}

function describeEmpty(section: SectionName): string {
  switch (section) {
    case 'params':
      return localize('No params logged')
    case 'metrics':
      return localize('No metrics logged')
    case 'data':
      return localize('No data recorded')
    case 'artifacts':
      return localize('No artifacts logged')
    case 'code':
    case 'environment':
      return localize('Not recorded: start the run with “runwright run”')
  }
}

export function createRunDetails(client: Client, run: RunElement): RunDetails {
  const { runId } = run.row
  const sections = sectionNames.map((section): SectionElement => ({
    kind: 'section',
    id: `${run.id}/${section}`,
    run,
    section,
  }))
  const named = (...names: readonly SectionName[]) => sections.filter(({ section }) => names.includes(section))

  const details = createCached(async () => (await client.call('runs/get', { runId })).run)
  const environment = createCached(() => loadEnvironment(client, run))
  const series = createCached(
    async () => (await client.call('metrics/sparklines', { runId, points: sparklinePoints })).series,
  )
  const metrics = createCached(async () => {
    const section = sections.find(({ section }) => section === 'metrics')
    return section === undefined ? [] : toMetricElements(section, await series.get())
  })
  const folders = new Map<string, Cached<readonly ArtifactElement[]>>()

  const listArtifacts = (parent: SectionElement | ArtifactElement) => {
    const path = parent.kind === 'artifact' ? parent.entry.path : ''
    const folder = folders.get(path) ?? createCached(() => loadArtifacts(client, parent))
    folders.set(path, folder)
    return folder.get()
  }

  const contents = async (section: SectionElement): Promise<readonly TreeElement[]> => {
    switch (section.section) {
      case 'params':
        return toFieldElements(section, paramFields(await details.get()))
      case 'metrics':
        return metrics.get()
      case 'data': {
        const run = await details.get()
        // The workspace changes without the run's doing, so this is looked at each time.
        return toFieldElements(section, dataFields(run, await loadPresentStates(client, run)))
      }
      case 'artifacts':
        return listArtifacts(section)
      case 'code':
        return toFieldElements(section, codeFields(await details.get()))
      case 'environment':
        return toFieldElements(section, environmentFields(await details.get(), await environment.get()))
    }
  }

  return {
    sections,
    async children(of) {
      if (of.kind === 'artifact') return listArtifacts(of)
      const found = await contents(of)
      return found.length > 0 ? found : [newNotice(of, describeEmpty(of.section))]
    },
    takeMetrics(latest) {
      if (metrics.isEmpty()) return []
      const known = new Map(metrics.peek()?.map((element) => [element.metric.key, element]))
      // A new key, or points that arrive while the series are being fetched, which the answer may lack.
      if (latest.some(({ key }) => !known.has(key))) {
        series.clear()
        metrics.clear()
        return named('metrics')
      }
      return latest.flatMap((metric) => {
        const element = known.get(metric.key)
        if (element === undefined) return []
        element.values = appendSample(element.values, metric.value, sparklinePoints)
        element.metric = metric
        return [element]
      })
    },
    runChanged() {
      if (details.isEmpty()) return []
      details.clear()
      return named('params', 'data', 'code', 'environment')
    },
    artifactsChanged() {
      folders.clear()
      environment.clear()
      return named('artifacts', 'environment')
    },
    clear() {
      for (const cached of [details, environment, series, metrics]) cached.clear()
      folders.clear()
      return sections
    },
  }
}

async function loadArtifacts(
  client: Client,
  parent: SectionElement | ArtifactElement,
): Promise<readonly ArtifactElement[]> {
  const { run } = parent
  const path = parent.kind === 'artifact' ? { path: parent.entry.path } : {}
  const { entries } = await client.call('artifacts/list', { runId: run.row.runId, ...path })
  return entries
    .toSorted((a, b) => Number(b.isDirectory) - Number(a.isDirectory) || a.path.localeCompare(b.path, 'en'))
    .map((entry) => ({ kind: 'artifact', id: `${run.id}/artifacts/${entry.path}`, run, parent, entry }))
}

/** What the supervisor recorded; undefined when the run has no such file or it is not JSON. */
async function loadEnvironment(client: Client, run: RunElement): Promise<unknown> {
  const { runId } = run.row
  const { entries } = await client.call('artifacts/list', { runId, path: artifactPaths.environmentFolder })
  if (!entries.some(({ path }) => path === artifactPaths.environment)) return undefined
  const text = await new Response(await client.download(runId, artifactPaths.environment)).text()
  try {
    const recorded: unknown = JSON.parse(text)
    return recorded
  } catch {
    return undefined
  }
}

function toFieldElements(section: SectionElement, fields: readonly Field[]): readonly FieldElement[] {
  return fields.map(({ name, key = name, value, shown, icon, opens }) => ({
    kind: 'field',
    id: `${section.id}/${key}`,
    section,
    name,
    value,
    shown: shown ?? value,
    icon,
    opens,
  }))
}

function toMetricElements(
  section: SectionElement,
  series: readonly { readonly metric: Metric; readonly values: readonly number[] }[],
): readonly MetricElement[] {
  return series
    .toSorted((a, b) => a.metric.key.localeCompare(b.metric.key, 'en'))
    .map(({ metric, values }) => ({ kind: 'metric', id: `${section.id}/${metric.key}`, section, metric, values }))
}

function newNotice(parent: SectionElement, text: string): NoticeElement {
  return { kind: 'notice', id: `${parent.id}/empty`, parent, severity: 'info', text, hint: undefined }
}

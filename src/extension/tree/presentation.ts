import type { RunStatus } from '../../protocol/runs.ts'
import { hasEnded } from '../../protocol/runs.ts'
import type { RunElement, SectionName, TreeElement } from './element.ts'
import {
  countRuns,
  formatAge,
  formatCount,
  formatDuration,
  formatMetricValue,
  formatSize,
  formatSpokenAge,
} from './format.ts'
import { countLiveRuns, describeLiveRuns } from './live-runs.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import { drawSparkline } from './sparkline.ts'
import { localize } from '../localize.ts'

/** How an element is drawn, in plain data; the view turns it into VS Code's objects. */
export interface Presentation {
  readonly label: string
  readonly description?: string
  /** Markdown. What comes from a run is escaped. */
  readonly tooltip?: string
  /** A codicon's name and, where it says something, a theme colour's. */
  readonly icon?: { readonly name: string; readonly color?: string }
  readonly collapsible: 'none' | 'collapsed' | 'expanded'
  /** The kind first, then what applies to it, for `when` clauses: `run active stoppable local`. */
  readonly context: string
  /** The whole row in words, for a screen reader. */
  readonly spoken: string
  readonly checked?: boolean
  /** The command a click runs, with the element as its argument. */
  readonly click?: string
}

const statusIcons: Record<RunStatus, { name: string; color: string }> = {
  RUNNING: { name: 'sync~spin', color: 'charts.blue' },
  SCHEDULED: { name: 'clock', color: 'charts.yellow' },
  FINISHED: { name: 'pass', color: 'testing.iconPassed' },
  FAILED: { name: 'error', color: 'testing.iconFailed' },
  KILLED: { name: 'circle-slash', color: 'disabledForeground' },
}

const sectionIcons: Record<SectionName, string> = {
  params: 'settings',
  metrics: 'graph-line',
  data: 'database',
  artifacts: 'package',
  code: 'git-commit',
  environment: 'server-environment',
}

/** @param now milliseconds since 1970-01-01 UTC, for ages */
export function present(element: TreeElement, now: number): Presentation {
  switch (element.kind) {
    case 'connection': {
      const { label, place, state } = element
      const description = describeState(state)
      return {
        label,
        description,
        icon: { name: place === 'server' ? 'server' : 'root-folder' },
        collapsible: 'expanded',
        context: `connection ${place}`,
        spoken:
          `${place === 'server' ? localize('MLflow server {label}', { label }) : localize('Folder {label}', { label })} ${description}`.trim(),
      }
    }
    case 'experiment': {
      const { name, runCount, runCountIsAtLeast } = element.experiment
      const live = describeLiveRuns(countLiveRuns([element.experiment]))
      const parts = [countRuns(runCount, runCountIsAtLeast), ...live, element.headline?.key].filter(Boolean)
      return {
        label: name,
        description: parts.join(' · '),
        icon: { name: 'beaker' },
        collapsible: 'collapsed',
        context: 'experiment',
        spoken: [localize('Experiment {name}', { name }), ...parts].join(', '),
      }
    }
    case 'group': {
      const label = element.value ?? localize('no {name}', { name: element.name })
      const description = countRuns(element.runs.length)
      return {
        label,
        description,
        icon: { name: 'list-tree' },
        collapsible: 'expanded',
        context: 'group',
        spoken: localize('Group {name} {value}, {count}', { name: element.name, value: label, count: description }),
      }
    }
    case 'run':
      return presentRun(element, now)
    case 'more': {
      const label = localize('Load more ({shown} of {total})', {
        shown: element.shown,
        total: formatCount(element.total, element.totalIsAtLeast),
      })
      return {
        label,
        icon: { name: 'ellipsis' },
        collapsible: 'none',
        context: 'more',
        spoken: label,
        click: 'runwright.loadMore',
      }
    }
    case 'section': {
      const label = nameSection(element.section)
      return {
        label,
        icon: { name: sectionIcons[element.section] },
        collapsible: 'collapsed',
        context: `section ${element.section}`,
        spoken: localize('{section} of run {name}', { section: label, name: element.run.row.name }),
      }
    }
    case 'field': {
      const { name, value, shown, icon, opens } = element
      return {
        label: name,
        description: shown,
        tooltip: `${escapeMarkdown(name)}: ${escapeMarkdown(value)}`,
        collapsible: 'none',
        context: `field ${opens === undefined ? 'plain' : 'opens'}`,
        spoken: `${name}: ${shown}`,
        ...(icon === undefined ? {} : { icon: { name: icon } }),
        ...(opens === undefined ? {} : { click: 'runwright.openField' }),
      }
    }
    case 'metric': {
      const { key, value, step } = element.metric
      const text = formatMetricValue(value)
      return {
        label: key,
        description: `${text}  ${drawSparkline(element.values)}`.trimEnd(),
        tooltip: localize('{metric} at step {step}', { metric: `${escapeMarkdown(key)} = ${value}`, step }),
        collapsible: 'none',
        context: 'metric',
        spoken: localize('Metric {key}: {value} at step {step}', { key, value: text, step }),
      }
    }
    case 'artifact':
      return presentArtifact(element.entry)
    case 'notice': {
      const { text, hint, severity } = element
      return {
        label: text,
        ...(hint === undefined ? {} : { description: hint, tooltip: escapeMarkdown(`${text} ${hint}`) }),
        icon: severity === 'error' ? { name: 'warning', color: 'list.warningForeground' } : { name: 'info' },
        collapsible: 'none',
        context: `notice ${severity}`,
        spoken: [text, hint].filter(Boolean).join('. '),
      }
    }
  }
}

function presentRun(element: RunElement, now: number): Presentation {
  const { row, headlineValue, experiment } = element
  const key = experiment.headline?.key
  const value = headlineValue === null ? undefined : formatMetricValue(headlineValue)
  const named = value === undefined || key === undefined ? undefined : `${key} ${value}`
  const status = nameStatus(row.status)
  const { startTime, endTime } = row
  const tooltip = [
    `**${escapeMarkdown(row.name)}**`,
    endTime === undefined
      ? status
      : localize('{status} after {duration}', { status, duration: formatDuration(endTime - startTime) }),
    localize('started {time} UTC', { time: new Date(startTime).toISOString().replace('T', ' ').slice(0, 19) }),
    ...(named === undefined ? [] : [escapeMarkdown(named)]),
    `\`${row.runId}\``,
  ].join('\n\n')
  const flags = [
    hasEnded(row.status) ? 'ended' : 'active',
    ...(row.stoppable ? ['stoppable'] : []),
    // What only an engine can do is not offered for a server's runs.
    ...(experiment.place === 'folder' ? ['local'] : []),
    ...(element.isSearch ? ['search'] : []),
  ]
  return {
    label: row.name,
    description: [value, formatAge(startTime, now)].filter(Boolean).join(' · '),
    tooltip,
    icon: statusIcons[row.status],
    collapsible: 'collapsed',
    context: ['run', ...flags].join(' '),
    spoken: [localize('Run {name}', { name: row.name }), status, named, formatSpokenAge(startTime, now)]
      .filter(Boolean)
      .join(', '),
    checked: element.chosen,
  }
}

function presentArtifact({ path, isDirectory, sizeBytes }: { path: string; isDirectory: boolean; sizeBytes?: number }) {
  const label = path.slice(path.lastIndexOf('/') + 1)
  const size = sizeBytes === undefined ? '' : formatSize(sizeBytes)
  return {
    label,
    description: size,
    tooltip: escapeMarkdown(path),
    icon: { name: isDirectory ? 'folder' : 'file' },
    collapsible: isDirectory ? 'collapsed' : 'none',
    context: `artifact ${isDirectory ? 'folder' : path.endsWith('.onnx') ? 'file onnx' : 'file'}`,
    spoken: isDirectory ? localize('Folder {label}', { label }) : localize('File {label}, {size}', { label, size }),
    ...(isDirectory ? {} : { click: 'runwright.openArtifact' }),
  } satisfies Presentation
}

function describeState(state: 'connecting' | 'connected' | 'failed'): string {
  if (state === 'connected') return ''
  return state === 'connecting' ? localize('connecting …') : localize('not reachable')
}

function nameSection(section: SectionName): string {
  switch (section) {
    case 'params':
      return localize('Params')
    case 'metrics':
      return localize('Metrics')
    case 'data':
      return localize('Data')
    case 'artifacts':
      return localize('Artifacts')
    case 'code':
      return localize('Code')
    case 'environment':
      return localize('Environment')
  }
}

function nameStatus(status: RunStatus): string {
  switch (status) {
    case 'RUNNING':
      return localize('running')
    case 'SCHEDULED':
      return localize('scheduled')
    case 'FINISHED':
      return localize('finished')
    case 'FAILED':
      return localize('failed')
    case 'KILLED':
      return localize('killed')
  }
}

import type { RunStatus } from '../../protocol/runs.ts'
import { hasEnded } from '../../protocol/runs.ts'
import type { RunElement, SectionName, TreeElement } from './element.ts'
import {
  formatAge,
  formatCount,
  formatCounted,
  formatDuration,
  formatMetricValue,
  formatSize,
  formatSpokenAge,
} from './format.ts'
import { drawSparkline } from './sparkline.ts'

/** How an element is drawn, in plain data; the view turns it into VS Code's objects. */
export interface Presentation {
  readonly label: string
  readonly description?: string
  /** Markdown. What comes from a run is escaped. */
  readonly tooltip?: string
  /** A codicon's name and, where it says something, a theme colour's. */
  readonly icon?: { readonly name: string; readonly color?: string }
  readonly collapsible: 'none' | 'collapsed' | 'expanded'
  /** The kind first, then what applies to it, for `when` clauses: `run active stoppable`. */
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

const sectionLabels: Record<SectionName, { label: string; icon: string }> = {
  params: { label: 'Params', icon: 'settings' },
  metrics: { label: 'Metrics', icon: 'graph-line' },
  artifacts: { label: 'Artifacts', icon: 'package' },
  code: { label: 'Code', icon: 'git-commit' },
  environment: { label: 'Environment', icon: 'server-environment' },
}

/** @param now milliseconds since 1970-01-01 UTC, for ages */
export function present(element: TreeElement, now: number): Presentation {
  switch (element.kind) {
    case 'connection': {
      const { label, place, state } = element
      const description = { connecting: 'connecting …', connected: '', failed: 'not reachable' }[state]
      return {
        label,
        description,
        icon: { name: place === 'server' ? 'server' : 'root-folder' },
        collapsible: 'expanded',
        context: `connection ${place}`,
        spoken: `${place === 'server' ? 'MLflow server' : 'Folder'} ${label} ${description}`.trim(),
      }
    }
    case 'experiment': {
      const { name, runCount, runCountIsAtLeast, activeRunCount } = element.experiment
      const running = activeRunCount > 0 ? `${formatCount(activeRunCount)} running` : undefined
      const parts = [formatCounted(runCount, 'run', runCountIsAtLeast), running, element.headline?.key].filter(Boolean)
      return {
        label: name,
        description: parts.join(' · '),
        icon: { name: 'beaker' },
        collapsible: 'collapsed',
        context: 'experiment',
        spoken: [`Experiment ${name}`, ...parts].join(', '),
      }
    }
    case 'group': {
      const label = element.value ?? `no ${element.name}`
      const description = formatCounted(element.runs.length, 'run')
      return {
        label,
        description,
        icon: { name: 'list-tree' },
        collapsible: 'expanded',
        context: 'group',
        spoken: `Group ${element.name} ${label}, ${description}`,
      }
    }
    case 'run':
      return presentRun(element, now)
    case 'more': {
      const label = `Load more (${formatCount(element.shown)} of ${formatCount(element.total, element.totalIsAtLeast)})`
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
      const { label, icon } = sectionLabels[element.section]
      return {
        label,
        icon: { name: icon },
        collapsible: 'collapsed',
        context: `section ${element.section}`,
        spoken: `${label} of run ${element.run.row.name}`,
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
        tooltip: `${escapeMarkdown(key)} = ${value} at step ${formatCount(step)}`,
        collapsible: 'none',
        context: 'metric',
        spoken: `Metric ${key}: ${text} at step ${step}`,
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
  const status = row.status.toLowerCase()
  const { startTime, endTime } = row
  const tooltip = [
    `**${escapeMarkdown(row.name)}**`,
    `${status}${endTime === undefined ? '' : ` after ${formatDuration(endTime - startTime)}`}`,
    `started ${new Date(startTime).toISOString().replace('T', ' ').slice(0, 19)} UTC`,
    ...(named === undefined ? [] : [escapeMarkdown(named)]),
    `\`${row.runId}\``,
  ].join('\n\n')
  const flags = [hasEnded(row.status) ? 'ended' : 'active', ...(row.stoppable ? ['stoppable'] : [])]
  return {
    label: row.name,
    description: [value, formatAge(startTime, now)].filter(Boolean).join(' · '),
    tooltip,
    icon: statusIcons[row.status],
    collapsible: 'collapsed',
    context: ['run', ...flags].join(' '),
    spoken: [`Run ${row.name}`, status, named, formatSpokenAge(startTime, now)].filter(Boolean).join(', '),
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
    context: `artifact ${isDirectory ? 'folder' : 'file'}`,
    spoken: isDirectory ? `Folder ${label}` : `File ${label}, ${size}`,
    ...(isDirectory ? {} : { click: 'runwright.openArtifact' }),
  } satisfies Presentation
}

/** Names, values and paths come from whoever logged them and must show as they are. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!<>|~&$]/g, String.raw`\$&`)
}

/** Every text of what is drawn of runs in notebooks, in English; other languages translate these keys. */
export const english = {
  'runs.count': '{count, plural, one {# run} other {# runs}}',
  'runs.countOf': '{listed} of {count, plural, one {# run} other {# runs}}',
  'best.maximize': 'best = highest {metric}',
  'best.minimize': 'best = lowest {metric}',
  'best.mark': 'Best run',
  none: 'No runs.',
  equal: 'The runs do not differ.',
  better: 'better',
  worse: 'worse',

  'column.run': 'Run',
  'column.name': 'Name',
  'column.status': 'Status',
  'column.started': 'Started',
  'column.took': 'Took',
  'column.key': 'Key',

  'status.RUNNING': 'running',
  'status.SCHEDULED': 'scheduled',
  'status.FINISHED': 'finished',
  'status.FAILED': 'failed',
  'status.KILLED': 'killed',

  'section.params': 'Params',
  'section.metrics': 'Metrics',
  'section.code': 'Code',
  'section.environment': 'Environment',
  'section.data': 'Data',
  'section.command': 'Command',
  'section.tags': 'Tags',
  'section.artifacts': 'Artifacts',

  live: 'Live: follows the runs',
  readAt: 'As of {time}',
  refresh: 'Refresh',
  refreshing: 'Refreshing …',
  open: 'Open Run Table',
  compare: 'Open Comparison',
} as const

export type TextKey = keyof typeof english
export type Texts = Readonly<Record<TextKey, string>>

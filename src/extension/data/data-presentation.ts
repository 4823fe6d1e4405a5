import { basename } from 'node:path'
import type { DataConflict, DataDecision } from '../../protocol/data-merge.ts'
import type { OutState, OutStatus } from '../../protocol/data-status.ts'
import { presentFeatures } from '../features/feature-presentation.ts'
import { presentTrouble } from '../jobs/job-presentation.ts'
import { localize } from '../localize.ts'
import { escapeMarkdown } from '../tree/escape-markdown.ts'
import { formatCount, formatSize } from '../tree/format.ts'
import type { Presentation } from '../tree/presentation.ts'
import {
  type DataChange,
  type DataChangeElement,
  type DataConflictElement,
  type DataElement,
  type DataEntryElement,
  type DataOutElement,
  type DataRepositoryElement,
} from './element.ts'

export function presentData(element: DataElement): Presentation {
  switch (element.kind) {
    case 'data-repository':
      return presentRepository(element)
    case 'data-out':
      return presentOut(element)
    case 'data-change':
      return presentChange(element)
    case 'data-entry':
      return presentEntry(element)
    case 'data-merge': {
      const label = localize('No file was changed by both: merge')
      const icon = { name: 'git-merge' }
      return { label, icon, collapsible: 'none', context: 'merge', spoken: label, click: 'runwright.mergeData' }
    }
    case 'data-conflict':
      return presentConflict(element)
    case 'data-rest': {
      const label = localize('{count} more', { count: formatCount(element.count) })
      return { label, icon: { name: 'ellipsis' }, collapsible: 'none', context: 'rest', spoken: label }
    }
    case 'data-trouble':
      return presentTrouble(element)
    default:
      return presentFeatures(element, Date.now())
  }
}

function presentRepository({ label, outs }: DataRepositoryElement): Presentation {
  const odd = outs.filter(isOdd).length
  const description = odd === 0 ? '' : localize('{count} changed', { count: formatCount(odd) })
  return {
    label,
    description,
    icon: { name: 'repo' },
    collapsible: 'expanded',
    context: 'repository',
    spoken: [localize('Data of {name}', { name: label }), description].filter((part) => part !== '').join(', '),
  }
}

/** Whether something is to be done about it. */
export function isOdd({ state, notInCache }: OutStatus): boolean {
  return state !== 'clean' || notInCache.count > 0
}

function presentOut({ out }: DataOutElement): Presentation {
  const { path, isFolder, state, notInRemote: lacking } = out
  const states = describeStates(out)
  const facts = describeFacts(out)
  const remote =
    lacking === undefined
      ? []
      : [
          lacking === 0
            ? localize('in the remote')
            : localize('{count} not in the remote', { count: formatCount(lacking) }),
        ]
  return {
    label: path,
    description: [...states, ...facts, ...remote].join(' · '),
    tooltip: [
      `**${escapeMarkdown(path)}**`,
      ...[...states, ...explainState(state), ...facts, ...remote].map(escapeMarkdown),
      ...(out.hash === undefined ? [] : [`\`${out.hash}\``]),
    ].join('\n\n'),
    collapsible: state === 'conflict' ? 'expanded' : isFolder && state !== 'missing' ? 'collapsed' : 'none',
    context: `out ${state} ${isFolder ? 'folder' : 'file'}${out.notInCache.count > 0 ? ' uncached' : ''}`,
    spoken: [localize('Data {path}', { path }), ...states, ...facts, ...remote].join(', '),
    ...(isFolder || state === 'missing' || state === 'conflict' ? {} : { click: 'runwright.openDataFile' }),
  }
}

/** What is odd about it: `changed: 2 files`, `3 not in the cache`. A clean one is `clean`. */
function describeStates(out: OutStatus): readonly string[] {
  const { state, isFolder, added, removed, changed, notInCache } = out
  const count = added.count + removed.count + changed.count
  const name = nameState(state)
  const what =
    state === 'changed' && isFolder
      ? localize('{count, plural, one {# file changed} other {# files changed}}', { count })
      : name
  if (notInCache.count === 0) return [what]
  const lack = isFolder
    ? localize('{count} not in the cache', { count: formatCount(notInCache.count) })
    : localize('not in the cache')
  return state === 'clean' ? [lack] : [what, lack]
}

export function nameState(state: OutState): string {
  switch (state) {
    case 'clean':
      return localize('clean')
    case 'changed':
      return localize('changed')
    case 'missing':
      return localize('missing')
    case 'new':
      return localize('not committed yet')
    case 'conflict':
      return localize('in conflict')
  }
}

function explainState(state: OutState): readonly string[] {
  switch (state) {
    case 'clean':
      return []
    case 'changed':
      return [localize('Commit Changes to Data keeps it as a version; Check Out Data brings the version back.')]
    case 'missing':
      return [localize('It is not in the workspace; Check Out Data or Pull Data brings it.')]
    case 'new':
      return [localize('Its .dvc file has no version yet; Commit Changes to Data makes one.')]
    case 'conflict':
      return [localize('Two branches have changed it. Decide the files below, and its .dvc file is written.')]
  }
}

function describeFacts({ sizeBytes, fileCount, hash }: OutStatus): readonly string[] {
  return [
    ...(sizeBytes === undefined ? [] : [formatSize(sizeBytes)]),
    ...(fileCount === undefined
      ? []
      : [localize('{count, plural, one {# file} other {# files}}', { count: fileCount })]),
    ...(hash === undefined ? [] : [hash.slice(0, 8)]),
  ]
}

function presentChange({ change, name, path }: DataChangeElement): Presentation {
  const what = nameChange(change)
  return {
    label: name,
    description: what,
    tooltip: `${escapeMarkdown(path)}: ${escapeMarkdown(what)}`,
    collapsible: 'none',
    context: `change ${change}`,
    spoken: `${localize('File {path}', { path })}, ${what}`,
    ...(change === 'notInCache' ? {} : { click: 'runwright.compareData' }),
  }
}

export function nameChange(change: DataChange): string {
  switch (change) {
    case 'changed':
      return localize('changed')
    case 'edited':
      return localize('changed through a hard link')
    case 'added':
      return localize('added')
    case 'removed':
      return localize('removed')
    case 'notInCache':
      return localize('not in the cache')
  }
}

function presentConflict({ out, file, conflict, decided }: DataConflictElement): Presentation {
  const label = file === '' ? basename(out) : file
  const parts = decided === undefined ? describeConflict(conflict) : [nameDecision(decided)]
  return {
    label,
    description: parts.join(' · '),
    tooltip: `${escapeMarkdown(label)}: ${escapeMarkdown(parts.join(', '))}`,
    collapsible: 'none',
    context: `conflict ${decided === undefined ? 'open' : 'decided'}`,
    spoken: [localize('File {path}', { path: label }), ...parts].join(', '),
    click: 'runwright.mergeDataFile',
  }
}

/** What each side has made of it. */
export function describeConflict(conflict: DataConflict | undefined): readonly string[] {
  if (conflict === undefined) return []
  const { ours, theirs, oursBytes, theirsBytes } = conflict
  if (ours === undefined) return [localize('deleted or not here in ours')]
  if (theirs === undefined) return [localize('deleted in theirs')]
  return [
    localize('changed in both'),
    ...(oursBytes === undefined ? [] : [localize('ours {size}', { size: formatSize(oursBytes) })]),
    ...(theirsBytes === undefined ? [] : [localize('theirs {size}', { size: formatSize(theirsBytes) })]),
  ]
}

function nameDecision(side: DataDecision['side']): string {
  switch (side) {
    case 'ours':
      return localize('decided: ours')
    case 'theirs':
      return localize('decided: theirs')
    case 'both':
      return localize('decided: both')
    case 'file':
      return localize('decided: the merged file')
  }
}

function presentEntry({ path, isFolder }: DataEntryElement): Presentation {
  const label = basename(path)
  return {
    label,
    collapsible: isFolder ? 'collapsed' : 'none',
    context: `entry ${isFolder ? 'folder' : 'file'}`,
    spoken: isFolder ? localize('Folder {label}', { label }) : localize('File {path}', { path: label }),
    ...(isFolder ? {} : { click: 'runwright.openDataFile' }),
  }
}

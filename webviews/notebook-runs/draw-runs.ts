import { formatValue } from '../../src/base/markdown-table.ts'
import { type Language, languages } from '../../src/base/languages.ts'
import { chooseColumns, type RunSection } from '../../src/protocol/listed-runs.ts'
import type { RunStatus } from '../../src/protocol/runs.ts'
import { element } from '../shared/dom.ts'
import { text } from './texts.ts'

/** A table for the runs of an experiment. @param now milliseconds since 1970-01-01 UTC, to which a run that goes on took */
export function drawSection(section: RunSection, language: Language, now: number): HTMLElement {
  const { experiment, bestRunId, runs } = section
  const shown = chooseColumns(section)
  const isNumber = (index: number) => section.columns[index]?.kind === 'metric'
  const head = element(
    'tr',
    {},
    drawHead(''),
    drawHead(text('column.run')),
    drawHead(text('column.name')),
    drawHead(text('column.status')),
    ...shown.map((index) => drawHead(section.columns[index]?.key ?? '', isNumber(index))),
    drawHead(text('column.started')),
    drawHead(text('column.took'), true),
  )
  const rows = runs.map(({ runId, name, status, startTime, endTime, values }) =>
    element(
      'tr',
      {},
      drawCell(runId === bestRunId ? '★' : '', runId === bestRunId ? { title: text('best.mark') } : {}),
      drawCell(runId.slice(0, 8), { class: 'id', title: runId }),
      element('th', { scope: 'row', title: name }, element('bdi', {}, name)),
      drawStatus(status),
      ...shown.map((index) => drawValue(values[index])),
      drawCell(formatTime(startTime, language)),
      drawCell(formatDuration((endTime ?? now) - startTime, language), { class: 'number' }),
    ),
  )
  return element(
    'table',
    {},
    element('caption', {}, element('bdi', {}, experiment), ` (${describeSection(section)})`),
    element('thead', {}, head),
    element('tbody', {}, ...rows),
  )
}

function describeSection({ runs, total, headline }: RunSection): string {
  const count =
    runs.length === total
      ? text('runs.count', { count: total })
      : text('runs.countOf', { listed: runs.length, count: total })
  if (headline === null) return count
  return `${count} · ${text(`best.${headline.goal}`, { metric: headline.key })}`
}

export function drawHead(name: string, isNumber = false): HTMLElement {
  return element('th', { scope: 'col', class: isNumber ? 'number' : undefined }, element('bdi', {}, name))
}

export function drawCell(content: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement {
  return element('td', { title: content.length > 40 ? content : undefined, ...attributes }, content)
}

export function drawStatus(status: RunStatus): HTMLElement {
  return element('td', {}, element('span', { 'data-status': status }, text(`status.${status}`)))
}

function drawValue(value: string | number | null | undefined): HTMLElement {
  if (typeof value === 'number') return drawCell(formatValue(value), { class: 'number' })
  return drawCell(value ?? '')
}

/** To the minute, in the time of this machine. */
export function formatTime(time: number, language: Language): string {
  const { locale } = languages[language]
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(time)
}

/** As its two largest units. */
export function formatDuration(durationMs: number, language: Language): string {
  const milliseconds = Math.max(0, Math.round(durationMs))
  const seconds = Math.floor(milliseconds / 1000)
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)]
  const parts =
    seconds === 0
      ? { milliseconds }
      : minutes === 0
        ? { seconds }
        : hours === 0
          ? { minutes, seconds: seconds % 60 }
          : { hours, minutes: minutes % 60 }
  return new Intl.DurationFormat(languages[language].locale, { style: 'narrow' }).format(parts)
}

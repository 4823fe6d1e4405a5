import type { DiffLabels } from '../../../src/protocol/run-diff-text.ts'
import { text } from '../../shared/texts.ts'

/** The words of a diff in the language of the view. */
export function createDiffLabels(): DiffLabels {
  return {
    title: text('differences.title'),
    key: text('differences.key'),
    runId: text('differences.run'),
    status: text('differences.status'),
    started: text('differences.started'),
    better: text('differences.better'),
    worse: text('differences.worse'),
    nothing: text('differences.equal'),
    sections: {
      params: text('differences.params'),
      metrics: text('differences.metrics'),
      code: text('differences.code'),
      environment: text('differences.environment'),
      data: text('differences.data'),
      command: text('differences.command'),
      tags: text('differences.tags'),
      artifacts: text('differences.artifacts'),
    },
    statuses: {
      RUNNING: text('differences.status.RUNNING'),
      SCHEDULED: text('differences.status.SCHEDULED'),
      FINISHED: text('differences.status.FINISHED'),
      FAILED: text('differences.status.FAILED'),
      KILLED: text('differences.status.KILLED'),
    },
    counts: (different, total) => text('differences.counts', { different, total }),
  }
}

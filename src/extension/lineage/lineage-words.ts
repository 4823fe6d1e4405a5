import type { LineageWords } from '../../protocol/lineage-text.ts'
import { localize } from '../localize.ts'

/** The words of a lineage in the editor's language. */
export function lineageWords(): LineageWords {
  return {
    cameOf: localize('came of'),
    ledTo: localize('led to'),
    up: {
      read: (name) => localize('read {name}', { name }),
      wrote: (name) => localize('written by {name}', { name }),
      registered: (name) => localize('registered from {name}', { name }),
      file: (name) => localize('its file: {name}', { name }),
      loaded: (name) => localize('loaded {name}', { name }),
    },
    down: {
      read: (name) => localize('read by {name}', { name }),
      wrote: (name) => localize('wrote {name}', { name }),
      registered: (name) => localize('registered as {name}', { name }),
      file: (name) => localize('the file of {name}', { name }),
      loaded: (name) => localize('loaded by {name}', { name }),
    },
    found: { declared: localize('declared'), opened: localize('found open') },
    run: (name, status) => localize('run {name} ({status})', { name, status }),
    deletedRun: (name) => localize('run {name} (deleted)', { name }),
    modelVersion: (name, version) => localize('{name} version {version}', { name, version }),
    seeAbove: localize('see above'),
    more: (count) => localize('… and {count} more', { count }),
    nothing: localize('nothing that is known'),
  }
}

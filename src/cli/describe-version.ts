import type { VersionName } from '../protocol/data-comparison.ts'

/** A version of data, for people: `1a2b3c4d5e Add images`. */
export function describeVersion(version: VersionName): string {
  switch (version.kind) {
    case 'workspace':
      return 'the workspace'
    case 'recorded':
      return version.pointer
    case 'commit':
      return `${version.commit.slice(0, 10)} ${version.subject}`
  }
}

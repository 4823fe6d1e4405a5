import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, it } from 'node:test'
import { parseModules } from './architecture/modules.ts'
import * as rules from './architecture/rules.ts'
import type { House, Rule } from './architecture/rules.ts'

const features = [
  'tracking',
  'registry',
  'webhooks',
  'data',
  'features',
  'lineage',
  'kernels',
  'compute',
  'tune',
  'onnx',
  'compress',
  'export',
  'serve',
  'monitor',
  'pipeline',
  'govern',
  'care',
]

/** What every feature may import; what else it may stands in the table. */
const below = ['store', 'protocol', 'base']

/** The one place that says what may import what; rooms that are not built yet stand here already. */
const house: House = {
  layers: {
    base: [],
    training: [],
    protocol: ['base'],
    store: ['protocol', 'base'],
    'object-store': ['protocol', 'base'],
    tracking: ['object-store', ...below],
    registry: ['tracking', ...below],
    git: ['protocol', 'base'],
    data: ['git', 'object-store', ...below],
    webhooks: ['tracking', ...below],
    http: ['protocol', 'base'],
    lfs: ['data', 'git', 'http', ...below],
    features: ['data', 'git', ...below],
    lineage: ['registry', 'tracking', 'data', ...below],
    jupyter: ['protocol', 'base'],
    ssh: ['git', 'protocol', 'base'],
    kernels: ['jupyter', 'ssh', ...below],
    compute: ['jupyter', 'ssh', 'kernels', 'tracking', 'data', 'git', ...below],
    tune: ['compute', 'tracking', ...below],
    onnx: below,
    compress: ['onnx', 'registry', 'tracking', ...below],
    export: ['compress', 'onnx', ...below],
    serve: ['onnx', 'registry', ...below],
    monitor: ['registry', 'tracking', ...below],
    pipeline: ['compute', 'data', 'tracking', ...below],
    govern: below,
    care: ['compute', 'registry', 'tracking', ...below],
    engine: [...features, 'lfs', 'http', ...below],
    client: ['git', 'protocol', 'base'],
    imports: ['client', 'git', 'protocol', 'base'],
    supervisor: ['client', 'git', 'protocol', 'base'],
    'agent-tools': ['client', 'protocol', 'base'],
    views: ['protocol', 'base'],
    cli: [
      'agent-tools',
      'client',
      'care',
      'data',
      'features',
      'git',
      'imports',
      'lfs',
      'onnx',
      'compress',
      'export',
      'supervisor',
      'engine',
      'views',
      'protocol',
      'base',
    ],
    extension: ['agent-tools', 'client', 'git', 'views', 'protocol', 'base'],
    webviews: ['client', 'protocol', 'base'],
  },
  features,
  withSockets: ['kernels'],
  withoutNode: ['base', 'protocol', 'webviews'],
  // The messages of one wire fill a folder: `protocol/mlflow`.
  openSubfolders: ['protocol'],
  emptyWords: 'util utils helper helpers manager common misc service handler impl base info'.split(' '),
  maxLines: 450,
}

const root = join(import.meta.dirname, '..')
const paths = globSync(['src/**/*.ts', 'webviews/**/*.ts'], { cwd: root })
const modules = parseModules(
  new Map(paths.map((path) => [path.replaceAll(sep, '/'), readFileSync(join(root, path), 'utf8')])),
)

/** Shows that the house keeps a rule, and that the rule would catch each of these files. */
function check(
  sentence: string,
  rule: Rule,
  planted: Readonly<Record<string, Readonly<Record<string, string>>>>,
): void {
  describe(sentence, () => {
    it('holds in this repository', () => assert.deepEqual(rule(modules, house), []))
    for (const [violation, files] of Object.entries(planted)) {
      it(`is broken by ${violation}`, () => {
        const complaints = rule(parseModules(new Map(Object.entries(files))), house)
        assert.equal(complaints.length, 1, complaints.join('\n'))
      })
    }
  })
}

it('the architecture is checked on the real files', () => assert.ok(modules.length > 50))

check('every file has a room', rules.everyFileHasARoom, {
  'an unknown room': { 'src/shared/clock.ts': '' },
  'a file beside the rooms': { 'src/main.ts': '' },
})

check('a room imports only the rooms below it', rules.roomsKeepToTheirLayers, {
  'a client that opens the store': { 'src/client/a.ts': `import { openSqlite } from '../store/sqlite.ts'` },
  'a type from above': { 'src/protocol/a.ts': `import type { Tracking } from '../tracking/tracking.ts'` },
  'a store that knows tracking': { 'src/store/sqlite/a.ts': `export { runs } from '../../tracking/runs.ts'` },
  'a feature beside it': { 'src/tracking/a.ts': `await import('../registry/registry.ts')` },
  'a type named in passing': { 'src/base/a.ts': `let run: import('../protocol/runs.ts').Run` },
  'a webview that imports the extension': { 'webviews/pareto/a.ts': `import '../../src/extension/main.ts'` },
  'a script that reaches out of the house': { 'src/engine/a.ts': `import { build } from '../../scripts/bundle.ts'` },
})

check('sub-folders are their room’s own', rules.subfoldersArePrivate, {
  'an import of another room’s inside': { 'src/engine/a.ts': `import '../store/sqlite/connection.ts'` },
})

check('imports have no cycles', rules.importsHaveNoCycles, {
  'two files that import each other': {
    'src/base/a.ts': `import { b } from './b.ts'`,
    'src/base/b.ts': `import { a } from './a.ts'`,
  },
  'a cycle of types over three files': {
    'src/base/a.ts': `import type { B } from './b.ts'`,
    'src/base/b.ts': `export type { C } from './sub/c.ts'`,
    'src/base/sub/c.ts': `import type { A } from '../a.ts'`,
  },
})

check('only the extension imports vscode', rules.onlyTheExtensionImportsVscode, {
  'a CLI that does': { 'src/cli/a.ts': `import * as vscode from 'vscode'` },
  'a feature that knows its types': { 'src/tracking/a.ts': `import type { Uri } from 'vscode'` },
})

check('features know no HTTP', rules.featuresKnowNoHttp, {
  'a feature that listens': { 'src/tracking/a.ts': `import { createServer } from 'node:http'` },
  'a feature that listens by itself': { 'src/compute/a.ts': `import { createServer } from 'node:net'` },
  'a feature that knows a type of it': { 'src/serve/a.ts': `import type { IncomingMessage } from 'http'` },
})

check('the lowest rooms run without Node', rules.someRoomsDoWithoutNode, {
  'a protocol that reads files': { 'src/protocol/a.ts': `import { readFileSync } from 'node:fs'` },
  'a built-in under its old name': { 'src/base/a.ts': `import { join } from 'path'` },
})

check('there are no barrels', rules.thereAreNoBarrels, {
  'an index file': { 'src/base/index.ts': '' },
  'a file that passes on all of another': { 'src/base/a.ts': `export * from './b.ts'` },
})

check('a file’s name says what it does', rules.namesSayWhatAFileDoes, {
  'a drawer for everything': { 'src/base/utils.ts': '' },
  'an empty word inside': { 'src/engine/run-manager.test.ts': '' },
  'a folder for everything': { 'src/tracking/helpers/clock.ts': '' },
  'camel case': { 'src/engine/openPort.ts': '' },
})

check('files are short', rules.filesAreShort, {
  'one of 451 lines': { 'src/base/a.ts': 'let a\n'.repeat(451) },
})

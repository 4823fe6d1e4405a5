import { readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { languages } from '../../src/base/languages.ts'
import { capabilities, description } from '../../src/extension/contributions.ts'
import { listCodeTexts } from './code-texts.ts'
import { commandList, definitionList, lazyCommandList, listCommandNames } from './command-list.ts'
import { contributes } from './contributes.ts'
import { cliCommandFolder, loadCliCommands, loadDefinitions, loadTools, toolFolder } from './load-definitions.ts'
import { describeRoutes } from '../../src/engine/openapi.ts'
import { createUnusedRoutes } from './unused-routes.ts'
import { describeCompatibility } from './mlflow-compatibility.ts'
import { takeTexts } from './manifest-texts.ts'

export interface GeneratedFile {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** Every generated file as it should be, whatever is on the disk. */
export async function generateFiles(root: URL): Promise<readonly GeneratedFile[]> {
  const [definitions, tools] = await Promise.all([loadDefinitions(root), loadTools(root)])
  const toolList = { name: 'tools', type: 'AgentTool', from: './agent-tool.ts', folder: './tools' }
  return Promise.all([
    formatted(
      root,
      'src/extension/commands/all.ts',
      await commandList(root, 'src/extension/commands', 'CommandDefinition'),
    ),
    formatted(root, `${cliCommandFolder}/all.ts`, lazyCommandList(await loadCliCommands(root))),
    formatted(
      root,
      'src/data/remotes/all.ts',
      definitionList(
        { name: 'remoteKinds', type: 'RemoteKind', from: '../remote.ts', folder: '.' },
        await listCommandNames(root, 'src/data/remotes'),
      ),
    ),
    formatted(
      root,
      'src/compress/passes/all.ts',
      definitionList(
        { name: 'passes', type: 'CompressionPass', from: '../pass.ts', folder: '.' },
        await listCommandNames(root, 'src/compress/passes'),
      ),
    ),
    formatted(root, 'docs/mlflow-compatibility.md', await describeCompatibility(root)),
    formatted(root, 'docs/openapi.json', await describeOpenApi(root)),
    formatted(root, 'src/agent-tools/all.ts', definitionList(toolList, await listCommandNames(root, toolFolder))),
    ...(await manifestFiles(root, { description, capabilities, contributes: contributes(definitions, tools) })),
  ])
}

/** What the engine answers at `paths.openApi`. */
async function describeOpenApi(root: URL): Promise<string> {
  const manifest: { version?: unknown } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'))
  const { routes, methods } = createUnusedRoutes()
  return JSON.stringify(describeRoutes(routes, methods, String(manifest.version)))
}

/** The manifest, its texts in every language, and all texts of the extension in English: the list to translate from. */
async function manifestFiles(root: URL, parts: object): Promise<readonly GeneratedFile[]> {
  const { manifest, texts } = takeTexts(parts)
  const all = [...new Set([...Object.values(texts), ...(await listCodeTexts(root))])].sort()
  const translated = Object.keys(languages).filter((language) => language !== 'en')
  return Promise.all([
    manifestFile(root, manifest),
    formatted(root, 'package.nls.json', JSON.stringify(texts)),
    formatted(root, 'l10n/bundle.l10n.json', JSON.stringify(Object.fromEntries(all.map((text) => [text, text])))),
    ...translated.map((language) => translatedManifestTexts(root, texts, language)),
  ])
}

/** What has no translation yet is left out, and VS Code shows it in English. */
async function translatedManifestTexts(
  root: URL,
  texts: Readonly<Record<string, string>>,
  language: string,
): Promise<GeneratedFile> {
  const bundle: unknown = JSON.parse(await readFile(new URL(`l10n/bundle.l10n.${language}.json`, root), 'utf8'))
  const translations = new Map(Object.entries(Object(bundle)))
  const known = Object.entries(texts).flatMap(([key, text]) =>
    translations.has(text) ? [[key, translations.get(text)]] : [],
  )
  return formatted(root, `package.nls.${language}.json`, JSON.stringify(Object.fromEntries(known)))
}

async function formatted(root: URL, path: string, text: string): Promise<GeneratedFile> {
  const filepath = new URL(path, root).pathname
  return { path, text: await format(text, { ...(await resolveConfig(filepath)), filepath }) }
}

async function manifestFile(root: URL, parts: object): Promise<GeneratedFile> {
  const path = 'package.json'
  const present: unknown = JSON.parse(await readFile(new URL(path, root), 'utf8'))
  if (typeof present !== 'object' || present === null) throw new TypeError(`${path} holds no object.`)
  return { path, text: `${JSON.stringify({ ...present, ...parts }, null, 2)}\n` }
}

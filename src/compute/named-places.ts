import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import type { TargetTokens } from '../protocol/jobs.ts'
import { parseProjectFile, projectFileName, type TargetSettings } from '../protocol/project-file.ts'
import type { Place, Places } from './place.ts'
import { createLateTarget, type LateTarget } from './targets/late-target.ts'
import { openTarget } from './targets/open-target.ts'

/**
 * This machine and the targets of `runwright.yaml`, which is read again when places are asked for. New targets come,
 * and those that have had no jobs yet change with it; what changes in another holds for the next engine.
 * A file that cannot be read stands in the list itself, with what is wrong.
 */
export async function openNamedPlaces(
  local: Place,
  {
    workspace,
    env,
    trackingUri,
    connectTracking,
    log,
  }: {
    readonly workspace: string
    readonly env: Readonly<Record<string, string | undefined>>
    trackingUri(): string
    connectTracking(): Duplex
    log(level: 'warning', message: string, error?: unknown): void
  },
): Promise<Places> {
  const byName = new Map<string, Place>([['local', local]])
  const named = new Map<string, { target: LateTarget; settings: TargetSettings }>()
  /** In memory alone, as secrets are. */
  const given = new Map<string, string>()
  const findToken = (variable: string) => given.get(variable) ?? env[variable]
  let content: string | undefined

  async function take(name: string, settings: TargetSettings): Promise<void> {
    const known = named.get(name)
    if (known !== undefined) {
      if (known.target.isInUse || isDeepStrictEqual(known.settings, settings)) return
      known.settings = settings
      return known.target.close()
    }
    const target = createLateTarget({
      kind: () => own.settings.kind,
      open: () => {
        const parts = { name, env, workspace, trackingUrl: trackingUri(), connectTracking, findToken }
        return openTarget(own.settings, `targets.${name}`, parts)
      },
    })
    const own = { target, settings }
    named.set(name, own)
    byName.set(name, { target })
  }

  async function refresh(tokens: TargetTokens = {}): Promise<void> {
    for (const [variable, token] of Object.entries(tokens)) given.set(variable, token)
    const text = await readFile(join(workspace, projectFileName), 'utf8').catch(() => '')
    if (text === content) return
    content = text
    byName.delete(projectFileName)
    try {
      for (const [name, settings] of Object.entries(parseProjectFile(text).targets)) await take(name, settings)
    } catch (error) {
      log('warning', `${projectFileName} cannot be read`, error)
      byName.set(projectFileName, {
        target: createLateTarget({ kind: () => 'file', open: () => Promise.reject(error) }),
      })
    }
  }

  await refresh()
  return { byName, refresh }
}

import type { Git } from './git.ts'

/** Of `origin`, else of the first remote; without user name, password and query. */
export async function findRemoteUrl(git: Git): Promise<string | undefined> {
  const listed = await git(['config', '-z', '--get-regexp', String.raw`^remote\..*\.url$`])
  const remotes = (listed?.toString() ?? '').split('\0').flatMap((entry) => {
    const newline = entry.indexOf('\n')
    return newline === -1 ? [] : [{ key: entry.slice(0, newline), url: entry.slice(newline + 1) }]
  })
  const remote = remotes.find(({ key }) => key === 'remote.origin.url') ?? remotes[0]
  return remote === undefined ? undefined : withoutCredentials(remote.url)
}

/** The address of a remote as it may be shown: `git@host:path` stays, `https://user:token@host/path` loses the user. */
export function withoutCredentials(remote: string): string {
  let url: URL
  try {
    url = new URL(remote)
  } catch {
    return remote
  }
  if (url.protocol !== 'ssh:') url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  return url.href
}

import { spawnSync } from 'node:child_process'

/** Type check, lint and format; whether all of them are content. */
export function runCheck(): boolean {
  console.log('check (types, lint, format)')
  return spawnSync('npm', ['run', '--silent', 'check'], { stdio: 'inherit' }).status === 0
}

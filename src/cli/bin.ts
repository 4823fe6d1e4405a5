#!/usr/bin/env node
/** Where the command line begins: its own code is compiled once, and found compiled by every command after that. */
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { beginSmall } from './small-heap.ts'

beginSmall()

/** In the user's own folder: what is found there is run. */
module.enableCompileCache(join(homedir(), '.runwright', 'compiled'))

await import(new URL(import.meta.url.endsWith('.ts') ? 'main.ts' : 'cli-main.js', import.meta.url).href)

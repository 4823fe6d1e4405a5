// Written by `npm run generate` from the files of this folder.
import type { RemoteKind } from '../remote.ts'
import azure from './azure.ts'
import folder from './folder.ts'
import gcs from './gcs.ts'
import http from './http.ts'
import s3 from './s3.ts'
import ssh from './ssh.ts'
import webdav from './webdav.ts'

export const remoteKinds: readonly RemoteKind[] = [azure, folder, gcs, http, s3, ssh, webdav]

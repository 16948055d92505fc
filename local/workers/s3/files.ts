/** The folder behind a bucket, as the Worker asks the host for it: `local/host/folders/folder-service.ts` answers. */
import type { FileEntry, FileStat } from '../../protocol/folder-messages.ts'
import type { Host } from '../../protocol/secret.ts'
import { S3Error } from './s3-error.ts'

/** A bucket that has a folder. */
export type ServedFolder = { name: string; folder: Host }

export type FileContent = FileStat & {
  /** `null`: the extension says nothing. */
  contentType: string | null
  body: ReadableStream<Uint8Array>
}

/** `null`: there is none. */
export async function fileOf(folder: ServedFolder, key: string): Promise<FileStat | null> {
  const response = await ask(folder, 'stat', key)
  return response && ((await response.json()) as FileStat)
}

/** Size, time and version are those of the very bytes in `body`. `null`: there is no such file. */
export async function contentOf(folder: ServedFolder, key: string): Promise<FileContent | null> {
  const response = await ask(folder, 'file', key)
  if (!response?.body) return null
  const header = (name: string) => response.headers.get(name) ?? ''
  return {
    size: Number(header('content-length')),
    modified: Number(header('x-modified')),
    version: header('x-version'),
    contentType: response.headers.get('content-type'),
    body: response.body,
  }
}

/** In the order of the keys' UTF-8 bytes. */
export async function filesOf(folder: ServedFolder): Promise<FileEntry[]> {
  const response = await ask(folder, 'list')
  return response ? ((await response.json()) as FileEntry[]) : []
}

/** Hex. */
export async function md5Of(folder: ServedFolder, key: string): Promise<string | null> {
  const response = await ask(folder, 'md5', key)
  return (await response?.text()) ?? null
}

async function ask({ name, folder }: ServedFolder, what: string, key?: string): Promise<Response | null> {
  const query = new URLSearchParams({ bucket: name, ...(key === undefined ? {} : { key }) })
  const response = await folder.fetch(`http://folder/${what}?${query}`)
  if (response.ok) return response
  await response.body?.cancel()
  if (response.status === 404) return null
  throw new S3Error('ServiceUnavailable', `The folder behind the bucket answered with ${response.status}.`)
}

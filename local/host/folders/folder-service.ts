/** The host's answers to what `local/workers/s3/files.ts` asks about the folders behind buckets. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { mediaTypeOfFile } from '../../../base/media-type.ts'
import { type Folder, openFolder, together, under } from './folder.ts'

export type FolderService = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** `prefix`: what stands before the keys of its files; empty, or with a slash at its end. */
export type FolderPlace = { folder: string; prefix: string }

/** @param places by the buckets in front of them. @throws InputError if a folder is not there */
export async function folderService(places: ReadonlyMap<string, readonly FolderPlace[]>): Promise<FolderService> {
  const opened = new Map<string, Folder>()
  for (const [bucket, folders] of places) {
    const placed = await Promise.all(folders.map(async ({ folder, prefix }) => under(prefix, await openFolder(folder))))
    opened.set(bucket, placed.length === 1 ? (placed[0] as Folder) : together(placed))
  }
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://folder')
    const folder = opened.get(searchParams.get('bucket') ?? '')
    const key = searchParams.get('key') ?? ''
    try {
      if (!folder) end(response, 404)
      else if (pathname === '/stat') endJson(response, await folder.stat(key))
      else if (pathname === '/file') await sendFile(response, folder, key)
      else if (pathname === '/list') endJson(response, await folder.list())
      else if (pathname === '/md5') endText(response, await folder.md5(key))
      else end(response, 404)
    } catch (error) {
      if (response.headersSent) response.destroy()
      else end(response, 500, 'text/plain', String(error))
    }
  }
}

async function sendFile(response: ServerResponse, folder: Folder, key: string): Promise<void> {
  const file = await folder.open(key)
  if (!file) return end(response, 404)
  const { handle, size, modified, version } = file
  try {
    const type = mediaTypeOfFile(key)
    response.writeHead(200, {
      'content-length': size,
      ...(type === undefined ? {} : { 'content-type': type }),
      'x-modified': modified,
      'x-version': version,
    })
    if (size === 0) return void response.end()
    const stream = handle.createReadStream({ start: 0, end: size - 1, autoClose: false })
    await pipeline(stream, response, { end: false })
    // A file that has shrunk in the meantime must not look whole.
    if (stream.bytesRead === size) response.end()
    else response.destroy()
  } finally {
    await handle.close()
  }
}

const endJson = (response: ServerResponse, value: unknown) =>
  value === null ? end(response, 404) : end(response, 200, 'application/json', JSON.stringify(value))

const endText = (response: ServerResponse, text: string | null) =>
  text === null ? end(response, 404) : end(response, 200, 'text/plain', text)

function end(response: ServerResponse, status: number, type = 'text/plain', body = ''): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}

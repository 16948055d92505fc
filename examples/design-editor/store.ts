/**
 * Where the editor keeps projects: the part of its server that signs, and the part of its pages that saves. What has not changed
 * is not uploaded.
 */
import { createHash } from 'node:crypto'
import { type PresignerOptions, presigner } from 'rimlight/sign'

const BUCKET = 'example-projects'

/** The server: gives whoever may read or write a project URLs that are good for 15 minutes. */
export function projectUrls(options: PresignerOptions, domain?: string) {
  const presign = presigner(options)
  const keyOf = (project: string, part: string) => `projects/${project}/${part}`
  return {
    /** Straight from the bucket, or, with a domain, through the CDN's `never` route. */
    read: (project: string, part: string) => presign({ bucket: BUCKET, key: keyOf(project, part), domain }),
    write: (project: string, part: string, contentType: string) =>
      presign({ method: 'PUT', bucket: BUCKET, key: keyOf(project, part), contentType }),
  }
}

export type ProjectUrls = ReturnType<typeof projectUrls>

/** The page: saves parts of a project (`data.json`, `thumbnail.webp`), each when it has changed. */
export function projectSaver(urls: ProjectUrls, project: string) {
  const saved = new Map<string, string>()
  /** @returns whether it was uploaded */
  return async (part: string, contentType: string, content: Uint8Array<ArrayBuffer>): Promise<boolean> => {
    const hash = createHash('sha256').update(content).digest('hex')
    if (saved.get(part) === hash) return false
    const { url, headers } = await urls.write(project, part, contentType)
    const response = await fetch(url, { method: 'PUT', headers, body: content })
    if (!response.ok) throw new Error(`${part} of ${project}: expected 200 of S3, found ${response.status}`)
    saved.set(part, hash)
    return true
  }
}

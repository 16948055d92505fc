/** URLs that are signed beforehand, for whoever gets them: the request and the signer are those of the AWS SDK. */
import type { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

type HttpRequest = { hostname: string; path: string; query: Record<string, string>; headers: Record<string, string> }

type Presigner = {
  presign(
    request: HttpRequest,
    options: { expiresIn: number; signingDate: Date; unsignableHeaders: Set<string> },
  ): Promise<HttpRequest>
}

/** @param command nothing of it is sent @param expiresIn seconds */
export async function presigned(
  client: S3Client,
  command: GetObjectCommand | PutObjectCommand,
  expiresIn: number,
  signingDate: Date,
): Promise<string> {
  const signing = Promise.withResolvers<HttpRequest>()
  const { middlewareStack } = command as GetObjectCommand
  middlewareStack.add(
    () => async (args) => {
      const request = args.request as HttpRequest
      delete request.headers['x-amz-user-agent']
      request.headers['X-Amz-Content-Sha256'] = 'UNSIGNED-PAYLOAD'
      const signer = (await client.config.signer()) as unknown as Presigner
      // That of a body is left to whoever sends it.
      const unsignableHeaders = new Set(['content-type'])
      signing.resolve(signer.presign(request, { expiresIn, signingDate, unsignableHeaders }))
      return { response: {}, output: { $metadata: {} } }
    },
    { step: 'build', priority: 'low' },
  )
  await client.send(command as GetObjectCommand)
  const { hostname, path, query } = await signing.promise
  const pairs = Object.entries(query).map((pair) => pair.map(encodeURIComponent).join('='))
  return `https://${hostname}${path}?${pairs.join('&')}`
}

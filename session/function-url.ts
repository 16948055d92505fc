/** A fetch-style handler as a Lambda function URL calls it. Lambda Developer Guide, "Request and response payloads". */

/** Payload format 2.0, what is read of it. */
export type FunctionUrlEvent = {
  rawPath?: string
  rawQueryString?: string
  cookies?: string[]
  headers: Record<string, string | undefined>
  requestContext: { domainName: string; http: { method: string } }
  body?: string
  isBase64Encoded?: boolean
}

export type FunctionUrlResult = {
  statusCode: number
  headers: Record<string, string>
  cookies: string[]
  body: string
}

/**
 * @example
 * ```ts
 * export const handler = forFunctionUrl(sessionHandler({ … }))
 * ```
 */
export const forFunctionUrl =
  (handle: (request: Request) => Promise<Response>) =>
  async (event: FunctionUrlEvent): Promise<FunctionUrlResult> => {
    const { rawPath = '/', rawQueryString = '', cookies = [], requestContext, body, isBase64Encoded } = event
    const { domainName, http } = requestContext
    const headers = new Headers()
    for (const [name, value] of Object.entries(event.headers)) if (value !== undefined) headers.set(name, value)
    if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
    const hasBody = body !== undefined && http.method !== 'GET' && http.method !== 'HEAD'
    const response = await handle(
      new Request(`https://${domainName}${rawPath}${rawQueryString && '?'}${rawQueryString}`, {
        method: http.method,
        headers,
        body: hasBody ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : null,
      }),
    )
    return {
      statusCode: response.status,
      headers: Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie')),
      cookies: response.headers.getSetCookie(),
      body: await response.text(),
    }
  }

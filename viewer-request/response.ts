import type { ViewerResponse } from '../edge/event.ts'

export function response(statusCode: number, values: Record<string, string>): ViewerResponse {
  const headers: ViewerResponse['headers'] = {}
  Object.keys(values).forEach((name) => {
    headers[name] = { value: values[name] as string }
  })
  return { statusCode, headers }
}

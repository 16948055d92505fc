/** Base64 as signed URLs have it: "Create a signed URL using a canned policy", "Replace characters that are invalid". */
export const cloudFrontBase64 = (bytes: Uint8Array | string): string =>
  Buffer.from(bytes as string)
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('=', '_')
    .replaceAll('/', '~')

/**
 * The order in which S3 lists keys, for `toSorted`: that of their UTF-8 bytes, in which JavaScript's own order of strings
 * differs beyond U+FFFF. S3 API Reference, ListObjectsV2: "in lexicographical order based on their UTF-8 binary
 * encodings".
 */
export const compareKeys = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))

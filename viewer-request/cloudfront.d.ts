/** The platform's own module, as far as it is used. Developer Guide, "Helper methods for key value stores". */
declare module 'cloudfront' {
  const cf: {
    kvs(): {
      /** Rejects where there is no such key, or no store. */
      get(key: string): Promise<string>
    }
    logCustomData(text: string): void
  }
  export default cf
}

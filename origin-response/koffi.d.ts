/** The package with koffi's binary for one platform has no types of its own. */
declare module '@koromix/koffi-linux-x64' {
  import koffi from 'koffi'
  export default koffi
}
